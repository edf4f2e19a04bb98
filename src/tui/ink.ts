/**
 * What the client uses of ink. The build makes one file of this and all that ink brings, because
 * some 500 modules take longer to find and link than everything else that `connect` does at start.
 */
export { Box, render, Static, Text } from 'ink'
