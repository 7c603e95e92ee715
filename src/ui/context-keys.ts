import { commands } from 'vscode';

const told = new Map<string, unknown>();

/** Sets `barrelfish.<name>`, which menus and welcome views go by. The window is told of changes only. */
export function setContextKey(name: string, value: string | boolean): void {
  if (told.get(name) === value) return;
  told.set(name, value);
  void commands.executeCommand('setContext', `barrelfish.${name}`, value);
}
