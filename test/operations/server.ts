/** The helpers moved to test/support; this file stays until the tests that are being written have followed. */
export * from "../support/cleanUps";
export * from "../support/rejection";
export * from "../support/server";
export * from "../support/withoutChance";
