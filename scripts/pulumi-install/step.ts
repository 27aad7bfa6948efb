/** Runs a step, and prints how long it took. */
export async function step(title: string, work: () => Promise<unknown>): Promise<void> {
  const start = performance.now();
  console.log(`  ${title} …`);
  await work();
  console.log(`  ${title}: ${Math.round((performance.now() - start) / 1000)} s`);
}
