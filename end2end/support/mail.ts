// A mail server of one test: it takes every letter, and sends none on.

import { once } from "node:events";
import net from "node:net";

/** What came in. */
export interface Letter {
  to: string;
  subject: string;
  text: string;
}

export class MailServer {
  readonly letters: Letter[] = [];
  readonly #server = net.createServer((socket) => this.#serve(socket));
  readonly #sockets = new Set<net.Socket>();

  static async start(): Promise<MailServer> {
    const mail = new MailServer();
    mail.#server.listen(0, "127.0.0.1");
    await once(mail.#server, "listening");
    return mail;
  }

  get url(): string {
    return `smtp://127.0.0.1:${(this.#server.address() as net.AddressInfo).port}`;
  }

  /** The letters to an address. */
  to(address: string): Letter[] {
    return this.letters.filter((it) => it.to === address);
  }

  async stop(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #serve(socket: net.Socket): void {
    let unread = "";
    let to = "";
    let body: string[] | undefined;
    const answer = (line: string) => void socket.write(`${line}\r\n`);
    const take = (line: string) => {
      const [verb = ""] = line.toUpperCase().split(/[ :]/, 1);
      if (body) {
        if (line !== ".") return void body.push(line.replace(/^\./, ""));
        this.letters.push(read(to, body));
        body = undefined;
        return answer("250 taken");
      }
      if (verb === "RCPT") to = /<(.*)>/.exec(line)?.[1] ?? "";
      if (verb === "DATA") body = [];
      if (verb === "QUIT") return void socket.end("221 goodbye\r\n");
      answer(body ? "354 go on" : "250 fine");
    };
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.setEncoding("utf8").on("data", (chunk) => {
      const lines = (unread + chunk).split("\r\n");
      unread = lines.pop() ?? "";
      lines.forEach(take);
    });
    answer("220 mail.example");
  }
}

/** A letter out of its lines: headers, an empty line, and the text as the headers say. */
function read(to: string, lines: string[]): Letter {
  const end = lines.indexOf("");
  const headers = lines.slice(0, end).join("\n").replaceAll(/\n[ \t]+/g, " ");
  const header = (name: string) => new RegExp(`^${name}: (.*)$`, "im").exec(headers)?.[1] ?? "";
  const body = lines.slice(end + 1);
  const encodings: Record<string, () => string> = {
    base64: () => Buffer.from(body.join(""), "base64").toString(),
    "quoted-printable": () => unquoted(body.join("\n")),
  };
  const decode = encodings[header("Content-Transfer-Encoding").toLowerCase()];
  return { to, subject: header("Subject"), text: decode?.() ?? body.join("\n") };
}

/** Quoted-printable as plain text: soft line breaks, then the bytes. */
function unquoted(text: string): string {
  const joined = text.replaceAll(/=\n/g, "");
  const bytes = joined.replaceAll(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString();
}
