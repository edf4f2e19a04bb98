declare module 'virtual:emoji/*' {
  const table: import('./emoji/emoji-table.ts').EmojiTable
  export default table
}
