<?php
define('SECRET', getenv('HELPDESK_SECRET')); // on your server only, never in a page
define('KEY', 'YOUR-WIDGET-KEY');

function user_hash(string $userId): string
{
    return hash_hmac('sha256', $userId, SECRET);
}

function part(string $data): string
{
    return rtrim(strtr(base64_encode($data), '+/', '-_'), '=');
}

function user_token(string $userId, string $name, string $email): string
{
    $now = time();
    $claims = ['sub' => $userId, 'name' => $name, 'email' => $email, 'aud' => KEY, 'iat' => $now, 'exp' => $now + 600];
    $signed = part('{"alg":"HS256","typ":"JWT"}') . '.' . part(json_encode($claims));
    return $signed . '.' . part(hash_hmac('sha256', $signed, SECRET, true));
}
