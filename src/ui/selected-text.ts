import { window } from 'vscode';

const LONGEST = 80;

/** What is selected in the editor, where that can be a value or an address; else nothing. */
export function selectedText(): string {
  const editor = window.activeTextEditor;
  const text = editor ? editor.document.getText(editor.selection).trim() : '';
  return text.length > LONGEST || text.includes('\n') ? '' : text;
}
