/** The words of Pleco, and what they mean. */
export const PLECO_WORDS: Readonly<Record<string, string>> = {
  subsystem: 'Begins a subsystem with its events: subsystem NAME { … };',
  event: 'An event that can be traced: event NAME "description", where an empty description stands for the name.',
};
