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
export type ErrorType = "invalid_token" | "invalid_integration" | "connection_error" | "post_install_error" | "validation_error" | "rapid_form_error";
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
/**
 * Resolves when the account is connected. Rejects with `"closed"` where the person closed the page, `"blocked"` where
 * the browser did not show it, or a `LinkError`. With `sameWindow` it never settles: the window is left.
 */
export declare function authenticate(linkToken: string, options: Options): Promise<Success>;
export default authenticate;
