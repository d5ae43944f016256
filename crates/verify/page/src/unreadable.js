// A file that cannot be examined: docs/spec/verdict.md, "errors of a file that cannot be examined".

/** Why nothing can be said about a file: a stable code, and the entry it is about. */
export class Unreadable extends Error {
  constructor(code, entry = null) {
    super(entry === null ? code : `${code}: ${entry}`);
    this.code = code;
    this.entry = entry;
  }
}
