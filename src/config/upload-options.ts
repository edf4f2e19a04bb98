import { z } from 'zod'
import { DEFAULT_UPLOAD_TYPES, UPLOAD_TYPES } from '../protocol/upload-types.ts'
import { list, numeric, option } from './option.ts'

const MEBIBYTE = 1024 * 1024

/** The options of `chatws serve` about files that users send. */
export const uploadOptions = {
  uploadFolder: option(z.string().min(1, 'must name a folder').optional(), {
    flag: '--upload-folder <folder>',
    env: 'CHATWS_UPLOAD_FOLDER',
    description: 'folder to keep uploaded files in; without it, none are accepted',
  }),
  uploadMaxBytes: option(
    numeric(
      z
        .int('must be a whole number of bytes')
        .min(1, 'must be at least 1')
        .max(4096 * MEBIBYTE, 'is too much'),
    ).default(10 * MEBIBYTE),
    {
      flag: '--upload-max-bytes <number>',
      env: 'CHATWS_UPLOAD_MAX_BYTES',
      description: 'size of the largest file that is accepted',
    },
  ),
  uploadQuotaBytes: option(
    numeric(z.int('must be a whole number of bytes').min(0, 'must not be negative')).default(
      1024 * MEBIBYTE,
    ),
    {
      flag: '--upload-quota-bytes <number>',
      env: 'CHATWS_UPLOAD_QUOTA_BYTES',
      description: 'size of all files of one user together; 0: no limit',
    },
  ),
  uploadTypes: option(
    list(
      z.enum([...UPLOAD_TYPES.keys()] as [string, ...string[]], {
        error: `must be of ${[...UPLOAD_TYPES.keys()].join(', ')}`,
      }),
    ).default([...DEFAULT_UPLOAD_TYPES]),
    {
      flag: '--upload-types <list>',
      env: 'CHATWS_UPLOAD_TYPES',
      description: 'media types that are accepted, with commas between them',
    },
  ),
}
