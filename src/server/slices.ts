import { setImmediate as nextTurn } from 'node:timers/promises';

/** A keystroke that comes in the middle of a slice waits no longer than this. */
const SLICE_MS = 8;

/** Work in the background, which gives way to requests again and again. */
export class Slices {
  readonly #isBusy: () => boolean;
  #since = performance.now();

  /** `isBusy`: whether something more urgent waits. */
  constructor(isBusy: () => boolean = () => false) {
    this.#isBusy = isBusy;
  }

  /** Whether it is time to give way; cheap enough to be asked for each file. */
  get isOver(): boolean {
    return performance.now() - this.#since > SLICE_MS;
  }

  /** Gives way until nothing urgent waits. */
  async breathe(): Promise<void> {
    do await nextTurn();
    while (this.#isBusy());
    this.#since = performance.now();
  }
}
