import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from "node:crypto";
import {
  isPropertyMap,
  isSecret,
  makeSecret,
  mapEntries,
  type PropertyMap,
  type PropertyValue,
  SECRET_SIGNATURE,
  SIGNATURE_KEY,
} from "./propertyValue";

const DEFAULT_PASSPHRASE = "test-engine";

/** Seals the secrets of one state file with a key from PULUMI_CONFIG_PASSPHRASE; a tool for tests, not a vault. */
export class SecretBox {
  private readonly key: Buffer;
  /** A value that did not change keeps its sealed text, so that state files differ only where state differs. */
  private readonly sealed = new WeakMap<PropertyMap, string>();

  constructor(
    passphrase: string | undefined,
    readonly salt: string = randomBytes(8).toString("base64"),
  ) {
    this.key = scryptSync(passphrase || DEFAULT_PASSPHRASE, Buffer.from(salt, "base64"), 32, { N: 1024 });
  }

  seal(map: PropertyMap): PropertyMap {
    return mapEntries(map, (value) => this.sealValue(value));
  }

  open(map: PropertyMap): PropertyMap {
    return mapEntries(map, (value) => this.openValue(value));
  }

  private sealValue(value: PropertyValue): PropertyValue {
    if (Array.isArray(value)) return value.map((item) => this.sealValue(item));
    if (!isPropertyMap(value)) return value;
    if (!isSecret(value)) return this.seal(value);
    let ciphertext = this.sealed.get(value);
    if (ciphertext === undefined) {
      ciphertext = this.encrypt(JSON.stringify(value.value ?? null));
      this.sealed.set(value, ciphertext);
    }
    return { [SIGNATURE_KEY]: SECRET_SIGNATURE, ciphertext };
  }

  private openValue(value: PropertyValue): PropertyValue {
    if (Array.isArray(value)) return value.map((item) => this.openValue(item));
    if (!isPropertyMap(value)) return value;
    if (!isSecret(value) || typeof value.ciphertext !== "string") return this.open(value);
    const secret = makeSecret(JSON.parse(this.decrypt(value.ciphertext)) as PropertyValue);
    this.sealed.set(secret, value.ciphertext);
    return secret;
  }

  private encrypt(text: string): string {
    const nonce = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", this.key, nonce);
    const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
    return ["v1", nonce, cipher.getAuthTag(), body]
      .map((part) => (typeof part === "string" ? part : part.toString("base64")))
      .join(":");
  }

  private decrypt(ciphertext: string): string {
    const [, nonce = "", tag = "", body = ""] = ciphertext.split(":");
    const decipher = createDecipheriv("aes-256-gcm", this.key, Buffer.from(nonce, "base64"));
    decipher.setAuthTag(Buffer.from(tag, "base64"));
    try {
      return Buffer.concat([decipher.update(Buffer.from(body, "base64")), decipher.final()]).toString("utf8");
    } catch {
      throw new Error(
        "the state's secrets can't be opened: PULUMI_CONFIG_PASSPHRASE differs from the one used before",
      );
    }
  }
}
