import type { DefineCommand } from './main.ts'
export const defineConnect: DefineCommand = () => async () => 1
