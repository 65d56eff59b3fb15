require "json"
require "openssl"

SECRET = ENV.fetch("HELPDESK_SECRET") # on your server only, never in a page
KEY = "YOUR-WIDGET-KEY"

def user_hash(user_id)
  OpenSSL::HMAC.hexdigest("SHA256", SECRET, user_id)
end

def part(data)
  [data].pack("m0").tr("+/", "-_").delete("=")
end

def user_token(user_id, name, email)
  now = Time.now.to_i
  claims = { sub: user_id, name: name, email: email, aud: KEY, iat: now, exp: now + 600 }
  signed = "#{part('{"alg":"HS256","typ":"JWT"}')}.#{part(JSON.generate(claims))}"
  "#{signed}.#{part(OpenSSL::HMAC.digest('SHA256', SECRET, signed))}"
end
