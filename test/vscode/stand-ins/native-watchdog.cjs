'use strict';
// Stands in for the native @vscode/native-watchdog: a process of the server leaves when its parent is gone.
const PARENT_LOST = 87;

/** @param {number} parent */
function start(parent) {
  const check = () => {
    try {
      process.kill(parent, 0);
    } catch {
      process.exit(PARENT_LOST);
    }
  };
  setInterval(check, 2000).unref();
}

/** @param {number} [code] */
function exit(code) {
  process.exit(code ?? 0);
}

exports.start = start;
exports.exit = exit;
