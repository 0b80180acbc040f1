/**
 * What Tieline's loader puts on a page. See docs/embed.md.
 *
 * Add it to a project with `/// <reference path="tieline.d.ts" />` or by `"types"` in tsconfig.json.
 */

/** A product card, as the page claims it. The seller sees it beside the conversation. At most 4 KiB as JSON. */
interface TielineItem {
  /** The shop's own number for it. */
  id?: string;
  title: string;
  /** `http` or `https`; relative to the page. */
  url?: string;
  /** `http` or `https`; relative to the page. */
  image_url?: string;
  price?: {
    /** A decimal number as text, such as `"49.90"`. */
    amount: string | number;
    /** ISO 4217, such as `"EUR"`. */
    currency: string;
  };
}

/** Whom the visitor wants to reach, and about what. */
interface TielineWish {
  /** A recipient's name within the channel. Absent: the channel's default. */
  to?: string;
  item?: TielineItem;
}

/** `detail` of each event, by name. Every one carries the channel. */
interface TielineEvents {
  /** The session is on its feet, behind the launcher or on screen. */
  ready: { channel: string };
  opened: { channel: string };
  closed: { channel: string };
  unread: { channel: string; count: number };
  /** The gateway has the visitor's words on disk. */
  "message-sent": { channel: string; session?: string };
  "message-received": { channel: string; session?: string };
  /** No session could be had; the visitor was shown the fallback. */
  failed: { channel: string; why: string };
}

/** Gives a JWT that the shop's backend signed, or null for nobody. Asked again whenever a fresh one is needed. */
type TielineTokenSource = () => string | null | undefined | PromiseLike<string | null | undefined>;

interface TielineMethods {
  /** Opens the panel. Call it from a click: without a gesture the browser may refuse the caret. */
  open(wish?: TielineWish): void;
  close(): void;
  toggle(): void;
  /** Takes everything off the page. A new script tag begins anew. */
  destroy(): void;
  /** Says how to learn who the visitor is. */
  identify(source: TielineTokenSource): void;
  /** What the launcher asks about from now on; null for nothing. */
  setItem(item: TielineItem | null): void;
  /** BCP 47 tag of the session's language, where we speak it. */
  setLocale(tag: string): void;
  on<Name extends keyof TielineEvents>(name: Name, hear: (event: CustomEvent<TielineEvents[Name]>) => void): void;
  off<Name extends keyof TielineEvents>(name: Name, hear: (event: CustomEvent<TielineEvents[Name]>) => void): void;
  /** A second channel on the same page. A channel that is there already gives what is there. */
  mount(options: TielineOptions): Tieline;
}

/** The attributes of the script tag. */
interface TielineOptions {
  channel: string;
  /** Name of launcher and frame. */
  label?: string;
  accent?: string;
  scheme?: "light" | "dark";
  /** `end` and `start` follow the page's direction. */
  position?: "end" | "start" | "left" | "right";
  /** A number of px, or a CSS length. Never nearer than 16 px to an edge. */
  offsetX?: string;
  offsetY?: string;
  /** The launcher's height: a number of px, or a CSS length. */
  size?: string;
  zIndex?: string;
  /** Words beside the launcher's icon. */
  text?: string;
  launcher?: "on" | "off" | "none";
  /** `off`: no sound until the visitor turns it on. */
  sound?: "off";
  /** `off`: desktop notifications, which bear the page's name, are not offered. */
  notifications?: "off";
  fallback?: string;
  unavailable?: string;
  /** `page`: where the browser denies our frame all storage, what it keeps may lie in the page's. Every script of the page can read it. */
  keep?: "page";
}

/** `window.tieline`: methods, and the same by name: `tieline("open", {...})`. */
interface Tieline extends TielineMethods {
  <Name extends keyof TielineMethods>(name: Name, ...rest: Parameters<TielineMethods[Name]>): void;
  readonly channel: string;
  /** Entries that the visitor has not seen. */
  readonly unread: number;
  /** Calls made before the loader came. */
  q?: ArrayLike<unknown>[];
}

interface TielineSessionElement extends HTMLElement {}

interface Window {
  tieline: Tieline;
}

interface HTMLElementTagNameMap {
  "tieline-session": TielineSessionElement;
}

type TielineDocumentEvents = {
  [Name in keyof TielineEvents as `tieline:${Name}`]: CustomEvent<TielineEvents[Name]>;
};

interface DocumentEventMap extends TielineDocumentEvents {}

declare var tieline: Tieline;
