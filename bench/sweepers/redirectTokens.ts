/** Google's token endpoint, which google-auth-library asks whatever a key says. */
const tokenEndpoint = "https://oauth2.googleapis.com/token";

/** From now on tokens are asked for at another endpoint of this machine. */
export async function redirectTokens(to: string): Promise<void> {
  const { gaxios } = await import("google-auth-library");
  const { prototype } = gaxios.Gaxios;
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the `this` that it belongs to
  const { request } = prototype;
  prototype.request = function (this: InstanceType<typeof gaxios.Gaxios>, options = {}) {
    const url = String(options.url) === tokenEndpoint ? to : options.url;
    return request.call(this, { ...options, ...(url === undefined ? {} : { url }) });
  } as typeof request;
}
