/** The namespace of the package's settings in the stack's config. */
export const namespace = "cancellation:";

/** Whether a preview of the plugin reads operations. The dynamic provider's previews never do. Default: true. */
export const previewReadsKey = "cancellation:previewReads";
