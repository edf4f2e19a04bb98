'use client'

export type { KnownMessage } from '../client/known-message.ts'
export type { ChatRef, MessageRef } from '../protocol/chat.ts'
export type { ShownAnnouncement, ShownAnnouncements } from '../view/announcements.ts'
export type { AskedStatus } from '../view/asked.ts'
export type { ShownBlocks } from '../view/blocks.ts'
export type { MessagesOptions, ShownMessages } from '../view/chat-messages.ts'
export type { ChatRow, ShownChats } from '../view/chat-rows.ts'
export type { ShownTimeline } from '../view/chat-timeline.ts'
export type { Candidate, FindEmoji } from '../view/completion.ts'
export type { ChosenCompletion, ShownComposer } from '../view/composer.ts'
export type { ShownConnection } from '../view/connection.ts'
export {
  type Draft,
  isPending,
  messageKey,
  type PendingMessage,
  type ShownMessage,
} from '../view/draft.ts'
export type { DraftStore } from '../view/draft-store.ts'
export { filesIn, type NamedPath } from '../view/files-in.ts'
export { type Block, parseMarkup } from '../view/markup.ts'
export type { Inline, MentionedUsers } from '../view/markup-inline.ts'
export type { MemberActions, ShownMembers } from '../view/members.ts'
export type { MessageActions, ShownReaction } from '../view/message-actions.ts'
export type { OutboxStore, SavedSend } from '../view/outbox.ts'
export type { Found } from '../view/paged-search.ts'
export type { ShownPresence, ShownUser } from '../view/people.ts'
export type { ShownPins } from '../view/pins.ts'
export type { ShownReading } from '../view/reading.ts'
export type { ShownReceipts } from '../view/receipts.ts'
export type { ShownReports } from '../view/reports.ts'
export type { FoundMessage } from '../view/searches.ts'
export type { ShownQueue } from '../view/support-desk.ts'
export type { ShownThreads } from '../view/thread-rows.ts'
export type { TimelineItem } from '../view/timeline.ts'
export type { ShownTyping } from '../view/typing.ts'
export type { NamedFile, ShownUploads, UploadItem } from '../view/upload-queue.ts'
export { Announcer, type AnnouncerProps } from './announcer.tsx'
export { ChatList, type ChatListProps } from './chat-list.tsx'
export { ChatwsProvider, type ChatwsProviderProps, useChat, useClient } from './chatws-provider.tsx'
export { ConnectionStatus, type ConnectionStatusProps } from './connection-status.tsx'
export { type Chat, type ChatOptions, createChat } from './create-chat.ts'
export { Markup, type MarkupProps, type MentionComponent } from './markup.tsx'
export { Message, type MessageLabels, type MessageProps } from './message.tsx'
export {
  type AttachmentProps,
  MessageInput,
  type MessageInputLabels,
  type MessageInputProps,
} from './message-input.tsx'
export { MessageList, type MessageListLabels, type MessageListProps } from './message-list.tsx'
export { PresenceList, type PresenceListProps } from './presence-list.tsx'
export { TypingIndicator, type TypingIndicatorProps } from './typing-indicator.tsx'
export { useActivity, useAnnouncements, useLag } from './use-activity.ts'
export { useChatRow, useChats } from './use-chats.ts'
export {
  type ComposerInputProps,
  type Composing,
  type UseComposerOptions,
  useComposer,
} from './use-composer.ts'
export { useConnection } from './use-connection.ts'
export {
  useBlocked,
  useMembers,
  usePins,
  useReports,
  useSupportQueue,
  useThreads,
} from './use-lists.ts'
export {
  type Reacting,
  useMessageActions,
  useReactions,
  useReceipts,
} from './use-message-actions.ts'
export { useMessage, useMessages, useThread } from './use-messages.ts'
export { useDisplayName, useNames, usePresence, useUser } from './use-people.ts'
export { useReadMarker } from './use-read-marker.ts'
export { usePublicChats, useSearch } from './use-search.ts'
export { type Sending, useSend } from './use-send.ts'
export { type UseTimelineOptions, useTimeline } from './use-timeline.ts'
export { useTyping } from './use-typing.ts'
export { useUpload } from './use-upload.ts'
