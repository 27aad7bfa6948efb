/** Longer than any token that is given out: a server refuses headers of this size. */
const maxLength = 16 * 1024;

/** Returns why a text can't be sent as an access token, without the text, or `undefined` where it can. */
export function checkToken(token: string): string | undefined {
  if (token === "") return "is empty";
  if (token.length > maxLength)
    return `has ${token.length} characters, more than the ${maxLength} that a header can hold`;
  return /^[\x21-\x7e]+$/.test(token) ? undefined : "holds spaces, control characters or characters that are not ASCII";
}
