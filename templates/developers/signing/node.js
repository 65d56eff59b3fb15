const { createHmac } = require("node:crypto");

const SECRET = process.env.HELPDESK_SECRET; // on your server only, never in a page
const KEY = "YOUR-WIDGET-KEY";

function userHash(userId) {
  return createHmac("sha256", SECRET).update(userId).digest("hex");
}

function userToken(userId, name, email) {
  const part = (data) => Buffer.from(data).toString("base64url");
  const now = Math.floor(Date.now() / 1000);
  const claims = { sub: userId, name, email, aud: KEY, iat: now, exp: now + 600 };
  const signed = part('{"alg":"HS256","typ":"JWT"}') + "." + part(JSON.stringify(claims));
  return signed + "." + createHmac("sha256", SECRET).update(signed).digest("base64url");
}
