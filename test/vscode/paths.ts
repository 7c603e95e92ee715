import path from 'node:path';

export const projectRoot = path.resolve(import.meta.dirname, '../..');

/** The VS Code server that the code-server package carries; its own wrapper around it is not used. */
export const serverRoot = path.join(projectRoot, 'node_modules/code-server/lib/vscode');

export const serverMain = path.join(serverRoot, 'out/server-main.js');

/** What a run leaves for people: screenshots, logs and results. */
export const outputRoot = path.join(projectRoot, 'out');
