package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"time"
)

var secret = []byte(os.Getenv("HELPDESK_SECRET")) // on your server only, never in a page

const key = "YOUR-WIDGET-KEY"

func sum(text string) []byte {
	mac := hmac.New(sha256.New, secret)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

func UserHash(userID string) string {
	return hex.EncodeToString(sum(userID))
}

func UserToken(userID, name, email string) string {
	part := base64.RawURLEncoding.EncodeToString
	now := time.Now().Unix()
	claims, _ := json.Marshal(map[string]any{
		"sub": userID, "name": name, "email": email, "aud": key, "iat": now, "exp": now + 600,
	})
	signed := part([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + part(claims)
	return signed + "." + part(sum(signed))
}
