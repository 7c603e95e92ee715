/** The words of Fugu, and what they mean. */
export const FUGU_WORDS: Readonly<Record<string, string>> = {
  errors: 'Begins a class of errors: errors CLASS PREFIX_ { … };',
  failure: 'An error code that is a failure: failure NAME "text",',
  success: 'A code that is a success: success NAME "text",',
  default: 'default success NAME "text", is the code with the value 0.',
};
