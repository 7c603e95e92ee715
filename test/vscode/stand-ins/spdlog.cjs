'use strict';
// Stands in for the native @vscode/spdlog, which has no prebuilt binary. Every output channel of the workbench is backed
// by a file that this logger writes, so without it all of them stay empty.
const fs = require('node:fs');
const path = require('node:path');

const LEVELS = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];
const INFO = 2;

class Logger {
  /** @param {string} file */
  constructor(file) {
    this.file = file;
    this.level = INFO;
    this.raw = false;
  }

  /** @param {number} level @param {string} message */
  write(level, message) {
    if (level < this.level) return;
    const time = new Date().toISOString().replace('T', ' ').slice(0, 23);
    try {
      fs.appendFileSync(this.file, this.raw ? message : `${time} [${LEVELS[level] ?? ''}] ${message}\n`);
    } catch {
      // The server's directory may already be gone while it shuts down.
    }
  }

  /** @param {string} message */
  trace(message) {
    this.write(0, message);
  }
  /** @param {string} message */
  debug(message) {
    this.write(1, message);
  }
  /** @param {string} message */
  info(message) {
    this.write(2, message);
  }
  /** @param {string} message */
  warn(message) {
    this.write(3, message);
  }
  /** @param {string} message */
  error(message) {
    this.write(4, message);
  }
  /** @param {string} message */
  critical(message) {
    this.write(5, message);
  }

  getLevel() {
    return this.level;
  }
  /** @param {number} level */
  setLevel(level) {
    this.level = level;
  }
  setPattern() {
    this.raw = false;
  }
  clearFormatters() {
    this.raw = true;
  }
  flush() {}
  drop() {}
}

/** @param {string} _name @param {string} file */
async function createLogger(_name, file) {
  await fs.promises.mkdir(path.dirname(file), { recursive: true });
  await fs.promises.appendFile(file, '');
  return new Logger(file);
}

// Assigned one by one: only so are the names found by an `import` of this file.
exports.version = 0;
exports.Logger = Logger;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.createRotatingLogger = createLogger;
exports.createAsyncRotatingLogger = createLogger;
