// The product's page: gets a link token from its server, lets the link SDK do the rest, and shows what came of it.
import authenticate from "/sdk/link.js";

const find = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (document.querySelector(selector));
const button = /** @type {HTMLButtonElement} */ (find("#connect"));
const said = find("#said");

/** @param {string} words @param {boolean} [isBad] */
function say(words, isBad = false) {
  said.textContent = words;
  said.classList.toggle("bad", isBad);
}

/** @param {string} path @param {RequestInit} [options] */
async function ask(path, options) {
  const answer = await fetch(path, options);
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.message);
  return body;
}

async function connect() {
  const mode = /** @type {HTMLInputElement} */ (find("input[name=mode]:checked")).value;
  button.disabled = true;
  say("");
  try {
    const { link_token } = await ask("/examples/link/link-token", { method: "POST" });
    const options = { baseUrl: location.origin, iframe: mode === "frame", sameWindow: mode === "window" };
    const account = await authenticate(link_token, options);
    await showInvoices(account.integrated_account_id);
  } catch (reason) {
    failed(reason);
  } finally {
    button.disabled = false;
  }
}

/** @param {unknown} reason */
function failed(reason) {
  if (reason === "closed") say("The connect page was closed before an account was connected.");
  else if (reason === "blocked") say("The browser did not show the connect page. Allow pop-up windows, and try again.", true);
  else say(`Not connected: ${/** @type {Error} */ (reason).message}`, true);
}

/** @param {string} account */
async function showInvoices(account) {
  say("Connected. Reading invoices …");
  find("#account").textContent = `integrated_account_id ${account}`;
  const { result } = await ask(`/examples/link/invoices?account=${encodeURIComponent(account)}`);
  find("tbody").replaceChildren(...result.map(row));
  find("#result").hidden = false;
  say(`Connected, and read ${result.length} invoices.`);
}

/** @param {number | null} amount @param {string | null} currency */
function money(amount, currency) {
  if (amount === null || currency === null) return amount;
  return new Intl.NumberFormat("en", { style: "currency", currency }).format(amount);
}

/** @param {Record<string, any>} invoice */
function row(invoice) {
  const { number, contact, issue_date, status, total_amount, currency } = invoice;
  const cells = [number, contact?.name, issue_date, status, money(total_amount, currency)];
  const line = document.createElement("tr");
  line.append(
    ...cells.map((text) => {
      const cell = document.createElement("td");
      cell.textContent = String(text ?? "–");
      return cell;
    }),
  );
  return line;
}

// Back from the connect page in this window.
const back = new URLSearchParams(location.search);
if (back.has("result")) {
  history.replaceState(null, "", location.pathname);
  const account = back.get("integrated_account_id");
  if (back.get("result") === "success" && account) showInvoices(account).catch(failed);
  else failed(back.get("error") === "closed" ? "closed" : new Error(back.get("error") ?? ""));
}

button.addEventListener("click", connect);
