/** Connects an account from a product's own page: opens the gateway's connect page and hears how it went. */

/** The other options mean what they mean in Truto's link SDK. */
export interface Options {
  /** Where the gateway is served, such as `https://koine.example.com`. */
  baseUrl: string;
  /** The system to connect; without it the person chooses. */
  integration?: string;
  /** The systems to choose from. */
  integrations?: string[];
  /** Over this page, in a frame (the default), or with `false` in a popup. */
  iframe?: boolean;
  /** In this window, which is left: the link token's `redirect_uri` is where it comes back. */
  sameWindow?: boolean;
  /** No way back to the choice of systems. */
  noBack?: boolean;
  /** How to sign in, where a system knows several ways: `oauth2`, `oauth2_client_credentials`, `api_key`. */
  authFormat?: string;
  skipRapidForm?: boolean;
  /** Of the popup, in pixels. */
  width?: number;
  height?: number;
}

export interface Success {
  is_truto: true;
  result: "success";
  integration: string;
  integrated_account_id: string;
  redirect_uri?: string;
}

export type ErrorType =
  | "invalid_token"
  | "invalid_integration"
  | "connection_error"
  | "post_install_error"
  | "validation_error"
  | "rapid_form_error";

export interface Failure {
  is_truto: true;
  result: "error";
  error: string;
  error_type: ErrorType;
  integration: string;
  integrated_account_id?: string;
}

/** What the promise is rejected with, where it is not `"closed"` or `"blocked"`. */
export type LinkError = Error & Failure;

const WATCH = 300; // milliseconds between two looks at whether a popup is still there
const PATIENCE = 5000; // milliseconds in which a page that has loaded into a frame must answer

/**
 * Resolves when the account is connected. Rejects with `"closed"` where the person closed the page, `"blocked"` where
 * the browser did not show it, or a `LinkError`. With `sameWindow` it never settles: the window is left.
 */
export function authenticate(linkToken: string, options: Options): Promise<Success> {
  const url = address(linkToken, options);
  return new Promise((resolve, reject) => {
    if (options.sameWindow) {
      window.location.assign(url);
      return;
    }
    const shown = options.iframe === false ? popup(url, options, failed) : frame(url, failed);
    if (!shown) {
      reject("blocked");
      return;
    }
    addEventListener("message", hear);

    function hear({ origin, source, data }: MessageEvent): void {
      if (origin !== url.origin || source !== shown!.target || !(data === "closed" || data?.is_truto)) return;
      if (data.result === "success") {
        end();
        resolve(data);
      } else failed(data === "closed" ? data : Object.assign(new Error(data.error), data));
    }

    function failed(reason: unknown): void {
      end();
      reject(reason);
    }

    function end(): void {
      removeEventListener("message", hear);
      shown!.remove();
    }
  });
}

export default authenticate;

interface Shown {
  target: Window;
  remove: () => void;
}

type Reject = (reason: string) => void;

function address(linkToken: string, options: Options): URL {
  const url = new URL(options.baseUrl.replace(/\/*$/, "/connect-account"));
  const given = {
    link_token: linkToken,
    integration: options.integration,
    integrations: options.integrations?.join(),
    auth_format: options.authFormat,
    no_back: options.noBack,
    skip_rapid_form: options.skipRapidForm,
    iframe: options.iframe !== false && !options.sameWindow,
    popup: options.iframe === false && !options.sameWindow,
  };
  for (const [name, value] of Object.entries(given)) if (value) url.searchParams.set(name, String(value));
  return url;
}

function popup(url: URL, { width = 700, height = 800 }: Options, failed: Reject): Shown | undefined {
  const left = Math.round(screenX + (outerWidth - width) / 2);
  const top = Math.round(screenY + (outerHeight - height) / 2);
  const target = window.open(url, "koine-link", `popup,width=${width},height=${height},left=${left},top=${top}`);
  if (!target) return;
  let gone = 0;
  const watch = setInterval(() => {
    // What it told before it closed may still be on its way.
    if (target.closed && gone++) failed("closed");
  }, WATCH);
  return {
    target,
    remove() {
      clearInterval(watch);
      target.close();
    },
  };
}

function frame(url: URL, failed: Reject): Shown {
  const before = document.activeElement as HTMLElement | null;
  const element = document.createElement("iframe");
  element.title = "Connect an account";
  element.src = url.href;
  Object.assign(element.style, {
    position: "fixed",
    inset: "0",
    width: "100%",
    height: "100%",
    border: "0",
    zIndex: "2147483647",
    background: "rgb(0 0 0 / .6)",
    colorScheme: "light dark", // as the page's own, or the browser would put white behind it
  });
  let patience: ReturnType<typeof setTimeout>;
  element.onload = () => {
    // A page that the browser refused to frame looks as if it had loaded, but does not answer.
    const { port1, port2 } = new MessageChannel();
    patience = setTimeout(failed, PATIENCE, "blocked");
    port1.onmessage = () => {
      clearTimeout(patience);
      element.onload = null;
    };
    element.contentWindow!.postMessage("koine", url.origin, [port2]);
    element.focus();
  };
  document.body.append(element);
  return {
    target: element.contentWindow!,
    remove() {
      clearTimeout(patience);
      element.remove();
      before?.focus?.();
    },
  };
}
