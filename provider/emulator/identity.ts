/** Whom an access token stands for. */
export interface Identity {
  /** The service account's address. */
  readonly email: string;
  /** The user it acts for, by domain-wide delegation. */
  readonly subject?: string;
  readonly scopes: readonly string[];
  /** Milliseconds of the emulator's clock. */
  readonly expiresAt: number;
  /** How the token was had. */
  readonly source: "assertion" | "impersonation" | "metadata" | "issued";
}
