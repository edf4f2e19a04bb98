import { type RefObject, useState } from 'react'
import { Icon, type IconName } from './icon.tsx'
import { Popover } from './popover.tsx'
import { useRoving } from './use-roving.ts'

/** One of the things that a menu offers. */
export interface MenuItem {
  readonly icon: IconName
  readonly label: string
  readonly isDangerous?: boolean
  readonly onChoose: () => void
}

interface MenuProps {
  readonly anchor: RefObject<HTMLElement | null>
  readonly label: string
  readonly items: readonly MenuItem[]
  readonly onClose: () => void
}

/** A menu beside what it belongs to. */
export function Menu({ anchor, label, items, onClose }: MenuProps) {
  const { listProps, itemProps } = useRoving(items.map((item) => item.label))
  // What is chosen is done once the menu is gone, so that it may take the focus.
  const [isOpen, setOpen] = useState(true)
  if (!isOpen) return null
  return (
    <Popover anchor={anchor} label={label} onClose={onClose}>
      <div role="presentation" {...listProps}>
        {items.map((item) => (
          <button
            key={item.label}
            type="button"
            role="menuitem"
            className={item.isDangerous ? 'danger' : undefined}
            onClick={() => {
              setOpen(false)
              onClose()
              queueMicrotask(item.onChoose)
            }}
            {...itemProps(item.label)}
          >
            <Icon name={item.icon} />
            {item.label}
          </button>
        ))}
      </div>
    </Popover>
  )
}
