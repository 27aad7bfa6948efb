import { createHmac } from "node:crypto";

/**
 * Tokens that say where a page of a listing begins. Each holds for its collection and filter only, as AIP-158 has it:
 * whoever changes them in mid-listing is told so.
 */
export class PageTokens {
  constructor(private readonly secret: string) {}

  issue(listing: string, place: number): string {
    return Buffer.from(`${place}.${this.seal(listing, place)}`).toString("base64url");
  }

  /** The place that a token stands for; `undefined` where it is none of this listing's. */
  read(listing: string, token: string): number | undefined {
    const [place = "", seal] = Buffer.from(token, "base64url").toString().split(".");
    return /^\d+$/.test(place) && seal === this.seal(listing, Number(place)) ? Number(place) : undefined;
  }

  private seal(listing: string, place: number): string {
    return createHmac("sha256", this.secret).update(`${place}\n${listing}`).digest("base64url").slice(0, 16);
  }
}
