/** The port a server listens on when none is given. */
export const DEFAULT_PORT = 3004

/** Version of the wire protocol, announced in CONNECTION_ESTABLISHED. */
export const PROTOCOL_VERSION = 1

/** The largest frame a client may send, in bytes of UTF-8; a larger one closes with 1009. */
export const MAX_FRAME_BYTES = 64 * 1024

/** The longest `client_id`, in UTF-16 code units. */
export const MAX_CLIENT_ID_LENGTH = 64

/** The most messages that a client can ask for at once, at connecting or in a HISTORY frame. */
export const MAX_HISTORY = 1_000
