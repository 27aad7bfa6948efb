/** No token could be had. Tells where the credentials came from and what is needed, and never what they are. */
export class CredentialError extends Error {
  constructor(
    message: string,
    /** Whether the next try may succeed: nothing was refused, only nobody answered. */
    readonly transient = false,
  ) {
    // No full stop at its end, as in the errors of calls: steps go on after it.
    super(message.replace(/\.+$/, ""));
    this.name = "CredentialError";
  }
}
