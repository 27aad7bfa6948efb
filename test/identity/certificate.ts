import { generateKeyPairSync } from "node:crypto";
import forge from "node-forge";

/** A key and its self-signed certificate. A client that trusts it accepts the server as any of its hosts. */
export interface Certificate {
  /** Both in PEM. */
  readonly key: string;
  readonly cert: string;
}

/** Makes a certificate for these hosts, good for a day. */
export function makeCertificate(hosts: readonly string[]): Certificate {
  // The generator of Node.js takes a fraction of the library's time.
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const key = privateKey.export({ type: "pkcs1", format: "pem" }).toString();
  const signer = forge.pki.privateKeyFromPem(key);
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.setRsaPublicKey(signer.n, signer.e);
  certificate.serialNumber = "01";
  const day = 24 * 60 * 60_000;
  certificate.validity.notBefore = new Date(Date.now() - day / 2);
  certificate.validity.notAfter = new Date(Date.now() + day / 2);
  const name = [{ name: "commonName", value: "Certificate of a test" }];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  const dns = 2;
  certificate.setExtensions([
    { name: "basicConstraints", cA: true },
    { name: "subjectAltName", altNames: hosts.map((value) => ({ type: dns, value })) },
  ]);
  certificate.sign(signer, forge.md.sha256.create());
  return { key, cert: forge.pki.certificateToPem(certificate) };
}
