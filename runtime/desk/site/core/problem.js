// Problems: what the API answers where something did not go as asked (RFC 9457).

const PREFIX = 'https://pullmode.io/problems/';

/** An error of the API. Decide by `is`; title and detail are for people. */
export class Problem extends Error {
  constructor({ type = 'about:blank', title = 'Something went wrong', status = 0, detail = '', details = {}, fields = [], instance = '' } = {}) {
    super(detail || title);
    this.name = 'Problem';
    Object.assign(this, { type, title, status, detail, details, fields, instance });
  }

  /** Says whether it is one of these, by the last word of the type: is('grabbed'). */
  is(...names) {
    return names.some((name) => this.type === PREFIX + name);
  }
}

/** The problem that a body is, or one that says the status where it is none. */
export function problemOf(body, status) {
  if (body && typeof body.type === 'string') return new Problem({ ...body, status: body.status ?? status });
  return new Problem({ title: 'The runtime did not answer as it should', status, detail: `It answered with the status ${status}.` });
}

/** What a call comes to that never got an answer: status 0, type "unreachable". */
export function unreachable(cause) {
  const problem = new Problem({ type: PREFIX + 'unreachable', title: 'No connection', detail: 'The runtime cannot be reached now.' });
  problem.cause = cause;
  return problem;
}

/** What a session comes to that is over: sign in again. */
export function signedOut(detail = 'Your session is over. Sign in again.') {
  return new Problem({ type: PREFIX + 'invalid-token', title: 'Signed out', status: 401, detail });
}
