# ruff: noqa: E501 - a pattern is read better whole
"""The lines of configurations that carry secrets, as patterns. Data only: what is done with them is in scrub.py.

Every named group that begins with `s` is a secret. A rule is written for a whole line in lower or upper case, from its
first word on, and its secret may end at the end of a text that was cut. What is listed here is what the vendors' command references show:
Huawei VRP and USG, H3C Comware, Cisco IOS, NX-OS and ASA, Ruijie, FortiOS, Junos, Hillstone StoneOS, net-snmp's
snmpd.conf, shadow(5), wpa_supplicant and hostapd.
"""

import re

# A word, or a quoted text with its quotes left outside; a quote that never closes is a line that was cut.
WORD = r'(?:"(?P<{0}q>(?:[^"\\\n]|\\.)++)"?|(?P<{0}>(?!=\s)[^\s"]\S*))'
# How a vendor says in what form the secret follows.
FORM = r"(?:(?:cipher|simple|hash|plain|plaintext|irreversible-cipher|encrypted|enc|ciphertext|ascii-text|hexadecimal|ascii|clear|cleartext|string|hidden)\s+)?"
DIGIT = r"(?:\d{1,2}\s+)?"

# A line that begins so is free text for people: only what is unmistakably a ciphertext is taken out of it.
PROSE = re.compile(
    r"^[ \t]*(?:[+-]+[ \t]*)?(?:(?:no|undo|set|delete)\s+)?(?:description|remark|alias|title|comment[s]?|sysname|hostname|sys-?contact)(?:\s|$)",
    re.I,
)
# What may stand before a line: a comment's mark, the sign of a difference, a word that takes the line back.
COMMENT = re.compile(r"[ \t]*(?:!+|#+|;+|//+|/\*+|\*(?=\s))[ \t]*")
# A comment that begins so is a command that was taken out of use.
COMMANDS = re.compile(
    r"(?:snmp|enable\s|user(?:name)?\s|local-user\s|set\s|radius|tacacs|r[ow]community|neighbor\s|peer\s|ip\s|crypto\s|ntp)"
)
LEAD = re.compile(r"[ \t]*(?:[+-]+[ \t]*)?(?:(?:no|undo|delete|unset|-)[ \t]+)?")
# `cipher` here names an algorithm.
ALGORITHM = re.compile(
    r"\bcipher\s+(?:aes|3?des|chacha|arcfour|blowfish|rc4|sm4|suite|default|all\b|exp|low|medium|high|null)", re.I
)

# Ciphertexts that are known by their looks, wherever they stand. The closing mark is missing where a line was cut.
LOOKS = re.compile(
    r"""
    %\^%\#(?:(?!%\^%\#).)*+(?:%\^%\#)? | %@%@(?:(?!%@%@).)*+(?:%@%@)? | %\#%\#(?:(?!%\#%\#).)*+(?:%\#%\#)?
  | %\$%\$(?:(?!%\$%\$).)*+(?:%\$%\$)? | @%@%(?:(?!@%@%).)*+(?:@%@%)? | %\+%\#\#(?:(?!%\+%\#\#).)*+(?:%\+%\#\#)?
  | \^%\^%\#.* | \^~\^~(?:(?!\^~\^~).)*+(?:\^~\^~)?
  | \$\d[a-z]?\$[^\s";]+ | \$2[abxy]\$[^\s";]+ | \$y\$[^\s";]+ | \$gy\$[^\s";]+ | \$[ch]\$\d\$[^\s";]+ | \$14\$[^\s";]+
  | \$(?:scrypt|argon2\w{0,2}|pbkdf2[\w-]{0,10}|sha1|bcrypt)\$[^\s";]+ | \{(?:SSHA|SHA|CRYPT|SMD5|MD5|PBKDF2)[\w-]{0,6}\}[^\s";]+
  | \$M\$[^\s";]+ | (?<![\w+/])LS0tLS1CRUdJTiB(?:QUklWQVRF|SU0Eg|FQyB|FTkNSWVBURUQg|PUEVOU1NI|EU0Eg)[A-Za-z0-9+/=]+  # PEM in base64
  | (?<![\w+/=-])-AQ==[A-Za-z0-9+/=]+
  | (?<=\bENC\s)[^\s"]+ | (?<=\bENC\s")[^"\n]+
    """,
    re.X,
)


def _rule(pattern: str) -> re.Pattern[str]:
    """`{w}`, `{w2}`, `{w3}` are secrets; `{form}` and `{n}` what may stand before one."""
    words = {f"w{i}": WORD.format(f"s{i}") for i in ("", "2", "3", "4")}
    for name, text in {**words, "form": FORM, "n": DIGIT}.items():
        pattern = pattern.replace("{" + name + "}", text)
    return re.compile(pattern, re.I)


# The first word of the tuple is what a line must hold for the rule to be tried at all (quick refusal).
RULES: tuple[tuple[str, re.Pattern[str]], ...] = (
    # A form word of Huawei and H3C is followed by the secret itself, whatever stands before.
    ("cipher", _rule(r"\b(?-i:irreversible-cipher|cipher)\s+(?!\d+\.\d+\.\d+\.\d+\s|(?:authentication-mode|privacy-mode|local-engineid)\b){w}")),
    ("simple", _rule(r"\b(?:password|key|community|authentication|md5|psk|pass-phrase|preshared-key|code|text)\s+(?:\S+\s+)??simple\s+{w}")),
    ("simple", _rule(r"\bauthentication-mode\s+simple\s+(?:\d+\s+)?(?:plain\s+|cipher\s+)?{w}")),
    ("hash", _rule(r"\b(?:password|key|secret)\s+hash\s+{w}")),
    # Passwords as statements of their own
    ("pass", _rule(r"^(?:enable|super)\s+pass(?:word|wd)\s+(?:(?:level|role)\s+\S+\s+)?{n}{form}{w}")),
    ("secret", _rule(r"^enable\s+(?:algorithm-type\s+\S+\s+)?secret\s+(?:level\s+\d+\s+)?{n}{w}")),
    ("passw", _rule(r"^(?:set\s+)?passw(?:or)?d\s+(?!\{){n}{form}{w}")),
    ("pass", _rule(r"^set\s+authentication\s+password\s+{form}{w}")),
    ("password", _rule(r"^(?:local-)?user(?:name)?\s+\S+\s(?:.*\s)?password\s+(?!(?:policy|expire|control)\s+\S){n}{form}{w}")),
    ("secret", _rule(r"^user(?:name)?\s+\S+\s(?:.*\s)?secret\s+{n}{form}{w}")),
    ("password", _rule(r"\b(?:neighbor|peer|domain|vty|line|host|ftp|http|client|chap|pap|sent-username\s+\S+|login|isis|area|vtp|bind|manager|admin|community|server|proxy|ldap|tcp|session|link-layer|mail|smtp|account)\s+(?:\S+\s+)??password\s+(?!(?:policy|expire|control|authentication)\s+\S){n}{form}{w}")),
    ("ldap-login-password", _rule(r"\bldap-login-password\s+{n}{form}{w}")),
    ("-password", _rule(r"\b(?:domain|area|login|bind|admin|auth|priv|user|root|authentication|privacy|encrypted|plain-text|chap|pap|proxy|wpa|sae|simple|ppp|boot|grub|superuser|key)-password\s+(?!\{)(?:md5\s+|hmac-md5\s+|simple\s+)?{n}{form}{w}")),
    # Keys of servers, chains and protocols
    ("shared-key", _rule(r"\b(?:pre-?)?shared-key\s+(?!(?:address|hostname|host-name|default|encrypt)\b){n}(?:(?:local|remote|pass-phrase|encrypt-type)\s+)?{n}{form}{w}")),
    ("shared-key", _rule(r"^(?>.*?\bpre-shared-key\s+(?:address|hostname|host-name)\s).*?\bkey\s+{n}{form}{w}")),
    ("-server", _rule(r"^(?>.*?\b(?:radius|tacacs|hwtacacs|ldap|portal)-server\s)(?:.*\s)?(?:shared-)?key\s+{n}{form}{w}")),
    ("key", _rule(r"^(?:set\s+|server-|shared-)?key\s+(?!(?:chain|generate|zeroize|config-key|authentication|accounting|pair|pairs|exchange|type|size|length|index|id|label|lifetime|version|local|rsa|dsa|ecdsa|password-encrypt|import|export|new)\b)(?:(?P<keyform>\d)\s+)?{form}(?!\d{1,3}\s*$)(?!\{){w}")),
    ("key", _rule(r"\bkey\s+(?:authentication|accounting|authorization)\s+{form}{w}")),
    ("key-string", _rule(r"\bkey-string\s+{n}{form}{w}")),
    ("key-hex", _rule(r"\bkey-hex\s+{n}{form}{w}")),
    ("-key", _rule(r"\b(?:authentication|message-digest|md5|server|encryption|failover|auth|priv|wep|psk|group|master|hmac|crypto|tunnel|static|session|api|access|secret|ipsec|esp|ah|hello|gre)-key\s+(?!(?:chain|id|address|hostname|host-name)\b)(?:\d+\s+)?(?:(?:md5|hmac-md5|hmac-sha\S*|sha\S*|type\s+\S+|value|ascii|hex|aes\S*|cmac\S*)\s+){0,4}{n}{form}{w}")),
    ("authentication-keyid", _rule(r"\bauthentication-keyid\s+\d+\s+(?:authentication-mode\s+)?(?:md5|hmac-\S+|sha\S*|aes\S*)\s+{form}{w}")),
    ("authentication-mode", _rule(r"\bauthentication-mode\s+(?:md5|hmac-\S+|sha\S*|sm3|keychain-less)\s+(?:(?:nonstandard|usual|rfc2453|rfc2082|rfc4822|ip|osi|send-only|compatible)\s+)*(?:\d{1,3}\s+)?(?!(?:privacy-mode|acl)\b){form}{w}")),
    ("privacy-mode", _rule(r"\bprivacy-mode\s+(?:des\S*|3des\S*|aes\S*|sm4\S*)\s+(?!acl\b){form}{w}")),
    ("authentication", _rule(r"^(?:standby|vrrp|glbp)\s+(?:\d+\s+)?authentication\s+(?:(?:md5\s+)?key-string\s+|text\s+|md5\s+)?(?!(?:md5\s+)?key-chain\b){n}{w}")),
    ("authentication-key", _rule(r"\bntp\s+authentication-key\s+\d+\s+\S+\s+{n}{w}")),
    ("message-digest-key", _rule(r"\bmessage-digest-key\s+\d+\s+(?:md5|hmac\S*|sha\S*)\s+{n}{form}{w}")),
    ("isakmp", _rule(r"\bcrypto\s+isakmp\s+key\s+(?:\d\s+)?{w}")),
    ("failover", _rule(r"^failover\s+(?:ipsec\s+pre-shared-key|key)\s+{n}(?:hex\s+)?{w}")),
    ("key", _rule(r"^(?>.*?\b(?:isis|ospf|rip|eigrp|bfd|ldp)\b).*\b(?:md5|simple|hmac\S{0,40})\s+key\s+{n}{form}{w}")),
    ("md5", _rule(r"^(?>.*?\bntp\s).*\btrusted-?key\s+\d+\s+md5\s+{w}")),
    ("keyid", _rule(r"\bauthentication\s+key-?id\s+\d+\s+\S+\s+{form}{w}")),
    ("psk", _rule(r"\b(?:wpa-?psk|psk|wpa2?|sae|dot11i)\s+(?:set-key\s+|(?:pass-?phrase|ascii|hex|key|raw-key)\s+)(?:ascii\s+|hex\s+)?{n}{form}{w}")),
    ("phrase", _rule(r"\b(?:wpa-|wpa_)?pass-?phrase\s+(?!=)(?:ascii\s+)?{n}{form}{w}")),
    ("wep", _rule(r"\bwep\s+(?:default-)?key\s+(?:\d+\s+)?(?:size\s+\S+\s+)?(?:\S+\s+)?{n}{form}{w}")),
    ("secret", _rule(r"^(?:set\s(?:.*\s)?)?(?:shared-|client-|psk-?|ppk-)?secret\s+(?!(?:policy|key)\b|\{){n}{form}{w}")),
    # A digit that tells the form of what follows, wherever it stands
    ("password", _rule(r"\bpassword\s+\d\s+{form}{w}")),
    ("secret", _rule(r"\bsecret\s+\d\s+{form}{w}")),
    ("key", _rule(r"\s(?:shared-)?key\s+[05-9]\s+{form}{w}")),
    ("server-private", _rule(r"^(?>.*?\bserver-private\s).*\bkey\s+{n}{w}")),
    ("aaa-server", _rule(r"^aaa-server\s+\S+\s+(?:\(\S+\)\s+)?host\s+\S+\s+(?!timeout\b|key\b){w}")),
    ("aaa-server", _rule(r"^aaa-server\s.*\bkey\s+{n}{w}")),
    ("password", _rule(r"\bmd5-password\s+{form}(?:all\s+|peer-group\s+\S+\s+|\d+\.\d+\.\d+\.\d+\s+)?{w}")),
    ("wccp", _rule(r"^(?>.*?\bwccp\s).*\bpassword\s+{n}{w}")),
    ("mgmtuser", _rule(r"\bmgmtuser\s+add\s+\S+\s+{w}")),
    ("radius", _rule(r"\bradius\s+(?:auth|acct)\s+add\s+\d+\s+\S+\s+\d+\s+(?:ascii|hex)\s+{w}")),
    ("portal", _rule(r"\bportal\s+(?:\S+\s+)?key\s+{n}{form}{w}")),
    ("pre-share", _rule(r"\bpre-share\s+{form}{w}")),
    ("authentication", _rule(r"^authentication\s+text\s+{n}{w}")),
    ("authentication", _rule(r"\bauthentication\s+mode\s+hmac-sha\S*\s+{n}{w}")),
    ("authentication-mode", _rule(r"\b(?:area|domain)-authentication-mode\s+(?:simple|md5|hmac-\S+)\s+{form}(?:\d+\s+)?{form}{w}")),
    ("spi", _rule(r"^(?>.*?\bspi\s+\d+\s+)(?:esp\s+\S+(?:\s+\d{3})?\s+{n}{w}\s+)?(?:md5|sha\S*)\s+{n}{w2}")),
    ("authenticator", re.compile(r"\bauthenticator\s+(?P<s>(?:0x)?[0-9A-Fa-f]{8,})")),
    ("community-name", _rule(r"\bcommunity-name\s+{form}{w}")),
    ("snmp", _rule(r"\bsnmp\s+community\s+(?:create|delete)\s+{w}")),
    ("auth_pass", _rule(r"^auth_pass\s+{w}")),
    ("bindpw", _rule(r"^bindpw\s+{w}")),
    # SNMP
    ("snmp-server", _rule(r"\bsnmp-server\s+community\s+{n}{form}(?!(?:private-vlan)\b){w}")),
    ("snmp-server", _rule(r"\bsnmp-server\s+host\s+(?:\S+\s+)?(?:\d[\d.]+|[0-9a-f]*:[0-9a-f:]+|\S+)\s+(?:vrf\s+\S+\s+|traps\s+|informs\s+|trap\s+|poll\s+|version\s+(?:1|2c|3\s+(?:no)?auth|3\s+priv)\s+|community\s+|use-vrf\s+\S+\s+)+{n}{w}")),
    ("snmp-server", _rule(r"\bsnmp-server\s+host\s+\S+\s+(?!(?:traps|informs|trap|version|vrf|use-vrf|community|source-interface|filter-vrf|poll)\b){w}")),
    ("snmp-server", _rule(r"^(?>.*?\bsnmp-server\s+user\s).*?\bauth\s+(?:md5|sha\S*)\s+(?!0x[0-9a-f]+:|priv\b){n}{w}(?:\s+priv\s+(?:(?:des|3des|des56|aes)(?:[\s-]+(?:128|192|256))?\s+)?{n}{w2})?")),
    # both algorithms first, then both keys
    ("snmp-server", _rule(r"^(?>.*?\bsnmp-server\s+user\s)(?>.*?\bpriv\s+\S+\s+auth\s+\S+\s+){n}{w}\s+{w2}")),
    ("snmp-server", _rule(r"^(?>.*?\bsnmp-server\s+user\s).*?\bpriv\s+(?:(?:des|3des|des56|aes)(?:[\s-]+(?:128|192|256))?\s+)?{n}{w}")),
    ("community", _rule(r"\bsnmp-agent\s+community\s+(?:(?:read|write|complexity-check\s+disable)\s+)?{form}(?!(?:complexity-check|cipher|simple)\b){w}")),
    ("community", _rule(r"^(?>.*?\bsnmp-agent\s).*\bcommunity-name\s+{form}{w}")),
    ("securityname", _rule(r"^(?>.*?\bsnmp-agent\s)(?>.*?\bsecurityname\s+){form}{w}(?!\S)(?=.*\bv1|.*\bv2c|\s*$|(?!.*\bv3))")),
    ("community", _rule(r"\bset\s+snmp\s+community\s+{w}")),
    ("community", _rule(r"(?<!/)\bsnmp\s+(?:\S+\s+)?community\s+(?!\{){n}{form}{w}")),
    ("community", _rule(r"^(?:ro|rw|trap)community6?\s+{w}")),
    ("com2sec", _rule(r"^com2sec6?\s+(?:-Cn\s+\S+\s+)?\S+\s+\S+\s+{w}")),
    ("sink", _rule(r"^(?:trap|trap2|inform)sink\s+\S+\s+{w}")),
    ("createuser", _rule(r"^createUser\s+(?:-e\s+\S+\s+)?\S+\s+(?:MD5|SHA\S*)\s+{w}(?:\s+(?:DES|AES\S*)\s+{w2})?")),
    ("usmuser", _rule(r"^usmUser\s+(?:\S+\s+){7}{w}\s+\S+\s+{w2}")),
    ("trapsess", _rule(r"^trapsess\s(?>.*?-[cAX]\s+){w}(?:\s.*?-X\s+{w2})?")),
    # FortiOS: `set` and a word for a secret
    ("set ", _rule(r"^set\s+(?:psksecret\S*|passphrase|passwd\d?|password\d?|secret\d*|key|secondary-secret|tertiary-secret|auth-pwd|priv-pwd|md5-key|key-string|ppk-secret|private-key|authpasswd|sae-password|api-key|auth-password\S*|login-passwd|radius-secret|rsso-secret|keytab|hmac-key|enckey|authkey|ftm-push-key|password-hash)\s+(?:ENC\s+)?(?!\x22?-----BEGIN){w}")),
    # Junos says itself where a secret is
    ("secret-data", re.compile(r'"(?P<s>[^"\n]++)"?\s*+;?\s*+#+ ?SECRET-DATA', re.I)),
    ("secret-data", re.compile(r"(?<![^\s\";])(?P<s>[^\s\";]+)\s*+;\s*+#+ ?SECRET-DATA", re.I)),
    ("ascii-text", _rule(r"\b(?:ascii-text|hexadecimal)\s+{w}")),
    ('"', re.compile(r'\b(?:encrypted-password|authentication-key|shared-secret|secret)\s+"(?P<s>[^"\n]+)', re.I)),
    ("encrypted-password", _rule(r"\bencrypted-password\s+{w}")),
    # Linux files
    ("=", re.compile(r"^\s*[\w.\-\"']*(?:passw(?:or)?d|passphrase|psk|pwd|pre-?shared-?key|secret|secret[_-]?key|api[_-]?key|access[_-]?key|private[_-]?key|auth[_-]?token|token|wep_key\d|sae_password|requirepass|community)[\"']?\s*=\s*[\"']?(?P<s>[^\s\"'#;](?:[^\"'\n;,#]*[^\s\"'\n;,#])?)[\"']?\s*(?:[;,#].*)?$", re.I)),
    (":", re.compile(r"^\s*+(?:-\s*+)?[\w.\-\"']*(?:passw(?:or)?d|passphrase|psk|secret|api[_-]?key|token|community|\w{1,40}_pass)[\"']?\s*+:\s+[\"']?(?P<s>[^\s\"'#;{](?:[^\"'\n]*[^\s\"'\n,])?),*+[\"']?\s*+,?\s*+$", re.I)),
    (":", re.compile(r"^(?!root:x|\w+:x:)[a-z_][\w.\-]*\$?:(?P<s>[^:*!x\s][^:\s]+):\d*:\d*:\d*:\d*:", re.I)),
    ("psk", re.compile(r":\s*(?:PSK|XAUTH|EAP)\s+\"?(?P<s>[^\"\s][^\"\n]*)\"?", re.I)),
    ("://", re.compile(r"://[^/\s:@]+:(?P<s>(?!\d+$)[^@\s/]+)(?:@|$)")),
    # Authentication of protocols, without a keyword that is a word for a secret
    ("authentication", _rule(r"\bnhrp\s+authentication\s+{n}{form}{w}")),
    ("authentication", _rule(r"\brip(?:ng)?\s+authentication\s+string\s+{w}")),
    ("authentication", _rule(r"\bauthentication\s+key\s+eigrp\s+\d+\s+{n}{w}")),
    ("authentication", _rule(r"\brsvp\S{0,40}\s+authentication\s+(?:(?:cipher|plain|md5|key)\s+)*{w}")),
    ("authentication", _rule(r"^(?:ldap|ad)-server\s+authentication\s+manager\s+\S+\s+{form}{w}")),
    ("authtype", _rule(r"\bauthtype\s+simple\s+(?:password\s+)?{w}")),
    ("md5", _rule(r"\bmd5\s+\d{1,3}\s+key\s+{n}{form}{w}")),
    ("key", _rule(r"\bkey\s+\d{1,5}\s+(?:(?:md5|sha\S*|key|encrypted)\s+)+{w}")),
    ("sa ", _rule(r"\bsa\s+(?:string-key|hex-key|authentication-hex|encryption-hex)\s+(?:(?:authentication|encryption|cipher|inbound|outbound|esp|ah|simple|plain)\s+)+{w}")),
    ("session-key", _rule(r"\bsession-key\s+(?:in|out)bound\s+(?:esp|ah)\s+\d+\s+(?:cipher\s+)?{w}(?:\s+authenticator\s+{w2})?")),
    ("config-key", _rule(r"\bconfig-key\s+(?:password-encrypt(?:ion)?|ascii)\s+{w}")),
    ("community", _rule(r"^community\s+{w}\s+(?:hash2?|custom)\b")),
    ("key", _rule(r"^(?:configure\s+)?(?:wireless|wep)-key\d?\s+{w}")),
    ("ppk", _rule(r"\bppk\s+(?:manual\s+)?id\s+\S+\s+key\s+{n}{w}")),
    ("isakmp", _rule(r"\bcrypto-local\s+isakmp\s+key\s+{w}")),
    ("mgmt-user", _rule(r"^mgmt-user\s+\S+\s+(?:(?:root|read-only|guest-provisioning|network-operations|location-api-mgmt|[\w-]+)\s+)?{w}")),
    ("account", _rule(r"^(?>.*?\baccount\s).*\bencrypted\s+{w}")),
    ("snmpv3", _rule(r"^(?>.*?\bsnmpv3\s+user\s)(?>.*?\bauth\s+(?:md5|sha\S*)\s+){form}{w}(?:\s(?:.*\s)?priv\s+(?:(?:des|aes\S*)\s+)?{form}{w2})?")),
    ("-prot", _rule(r"\bauth-prot\s+\S+\s+{w}(?:\s+priv-prot\s+\S+\s+{w2})?")),
    ("proxy", _rule(r"^proxy\s.*\s-c\s+{w}")),
    # FortiOS in plain text: whatever ends in a word for a secret
    ("set ", _rule(r"^set\s+(?!\S*public-?key)[\w-]{0,40}(?:passwd|password|secret|psksecret|passphrase|-pwd|-pw|-psk|token|(?<!-policy)-key|authkey|apikey|enckey|keytab)\d?\s+(?:ENC\s+)?(?!\x22?-----BEGIN|(?:enable|disable|none|\d{1,4}|rsa|dsa|ecdsa|ed25519)\s*$){w}")),
    ("community", _rule(r'^set\s+community\s+(?="){w}')),
    ("encryption", _rule(r"\bencryption\s+key\s+\d+\s+size\s+\S+\s+{n}{w}")),
    ("key", _rule(r"\bserver\s+(?:\d+\s+)?\S+\s+(?:master\s+|slave\s+)?key\s+(?!\d{1,5}(?:\s|$)){n}{form}{w}")),
    ("key", _rule(r"\bkeys\s+id\s+\S+\s+key\s+{w}")),
    ("key", _rule(r"\bkey-?id\s+\d+\s+key\s+{n}{w}")),
    ("snmp-server", _rule(r"^(?>.*?\bsnmp-server\s+user\s).*\bauth\s+(?:md5|sha\S*)\s+{n}[0-9A-Fa-f]{16,}\s+(?P<s2>[0-9A-Fa-f]{4,})")),
    ("syscon", _rule(r"^syscon\s+address\s+\S+\s+{w}")),
    ("community-map", _rule(r"\bcommunity-map\s+{w}")),
    ("ikey", _rule(r"^ikey\s+{w}")),
    # Names and values
    ("=", re.compile(r"(?<![\w.$-])[\w.-]{0,40}(?:passw(?:or)?d|passwort|passphrase|secret|psk|pre[-_]?shared[-_]?key|private-?(?:encryption-)?key|auth-?key|(?:authentication|md5|static|wep)[-_.]key(?:-\d)?|secrets|trap-community|api[_-]?key|access[_-]?key|secret[_-]?key|wpa2?-key|enc(?:ryption)?-key|wep[_-]key\d?|token|pwd|pass)\d?=(?:\"(?P<sq>(?:[^\"\\\n]|\\.)+)\"?|'(?P<sa>[^'\n]+)'?|(?P<s>[^\s\"',;&{][^\s,;&]*))", re.I)),
    ("\"", re.compile(r"[\"'][\w.-]{0,40}(?:passw(?:or)?d|passphrase|secret|psk|pre_?shared_?key|private_?key|api_?key|token|pwd|community)[\"']\s*:\s*[\"'](?P<s>[^\"'\n]+)[\"']", re.I)),
    ("<", re.compile(r"<[\w.-]{0,40}(?:password|passwd|bindpw|encpass|(?:bcrypt|md5|sha\d{1,3})-hash|phash|secret|psk|passphrase|community(?:-string)?|authpwd|privpwd|private-key|token|api-key|pre[-_]shared[-_]key|auth-key)(?:\s[^<>]{0,80})?>(?P<s>[^<\n]+)", re.I)),
    ("://", re.compile(r"://[^/\s:@]{1,80}:(?P<s>(?!\d{1,5}(?:/|\s|$))[^\s]{1,100})@(?=[\w.\[%$-])")),
    ("bearer", re.compile(r"\b(?:Bearer|Basic)\s+(?P<s>[^\s\"',;]{6,})", re.I)),
    ("authorization", re.compile(r"\bAuthorization:\s*(?:(?:Bearer|Basic|Token|Digest)\s+)?(?!(?:Bearer|Basic|Token|Digest)\s)(?P<s>[^\s\"',;]{6,})", re.I)),
    ("-u", re.compile(r"^(?>.*?\b(?:curl|wget|smbclient)\b).*?\s-{1,2}u(?:ser)?[\s=][\"']?[^\s:\"']+:(?P<s>[^\s\"']+)", re.I)),
    ("-p", re.compile(r"^(?>.*?\b(?:sshpass|mysql\w*|mariadb\w*)\s)(?:.*?\s)?-p\s?[\"']?(?P<s>[^\s\"'-][^\s\"']*)")),
    ("--", re.compile(r"\s--[\w-]{0,30}(?:password|passwd|token|secret|api-key|passphrase)[=\s]+[\"']?(?P<s>[^\s\"'-][^\s\"']*)", re.I)),
    ("requirepass", _rule(r"^(?:requirepass|masterauth)\s+{w}")),
    ("passwd", _rule(r"^passwd\s+{w}")),
    # Lines of makes that write a secret after a word of their own
    ("localip", _rule(r"^localip\s+\S+\s+ipsec\s+{w}")),
    ("ip ", _rule(r"^(?:master|conductor)ip\s+\S+\s+ipsec\s+{w}")),
    ("mobility-manager", _rule(r"^mobility-manager\s+\S+\s+user\s+\S+\s+{w}")),
    ("stats", re.compile(r"^stats\s+auth\s+[^\s:]+:(?P<s>\S+)", re.I)),
    ("snmpv3", _rule(r"^configure\s+snmpv3\s+add\s+community\s+(?:encrypted\s+)?{w}\s+name\s+(?:encrypted\s+)?{w2}")),
    ("md5", _rule(r"\bauthentication\s+(?:encrypted\s+)?md5\s+\d{1,3}\s+(?!key\b){w}")),
    ("v3user", _rule(r"\bv3user\s+create\s+(?:\S+\s+){4}{w}\s+{w2}")),
    ("tacacs", _rule(r"\btacacs\s+(?:auth|acct|athr|author)\s+add\s+\d+\s+\S+\s+\d+\s+(?:ascii|hex)\s+{w}")),
    ("key", _rule(r"\b(?:tacacs|radius)\s+key\s+{n}{form}{w}")),
    ("authentication", _rule(r"\b(?:rip|eigrp)\s+authentication\s+key\s+(?!eigrp\b){n}{w}")),
    ("pass", _rule(r"\b(?:user(?:name)?|login)\s+\S+\s+pass\s+{w}")),
    (" key ", _rule(r"\besp\s+\S+\s+key\s+{w}(?:\s+auth\s+\S+\s+key\s+{w2})?")),
    ("comm-tbl", _rule(r"\bsnmp\s+comm-tbl\s+{w}\s+{w2}")),
    ("notify", _rule(r"^notify\s+\S+\s+community\s+{w}")),
    ("trap-group", _rule(r"\bsnmp\s+trap-group\s+{w}")),  # Junos sends it as the community
    ("option", re.compile(r"^option\s+(?:key\d?|community)\s+'(?P<s>[^'\n]+)", re.I)),  # UCI
    ("<prv>", re.compile(r"<prv>(?P<s>[^<\n]+)")),  # a private key in base64, of pfSense and OPNsense
    ("<key>", re.compile(r"<key>(?P<s>[A-Za-z0-9+/=]{16,})<")),
    ("=", re.compile(r"^set\s+[\w-]{0,40}(?:passwd|pass|auth-key|priv-key|community-?name)\s+=\s+(?P<s>\S+)", re.I)),
    (",", _rule(r"\b(?:authentication|encryption)\s+(?:sha\d{0,3}|md5|aes|3?des)\s+\d,{w}")),
)  # fmt: skip
# What stands before a word that is a secret whatever it says: somebody has `policy` or `change-me` for a password.
CERTAIN = re.compile(
    r"""(?:^|\s)(?:
      snmp-server\s+community | snmp-agent\s+community\s+(?:read|write) | set\s+snmp\s+community
    | (?:local-)?user(?:name)?\s+\S+\s+(?:privilege\s+\d+\s+|role\s+\S+\s+)?(?:password|secret)
    | enable\s+(?:password|secret)(?:\s+level\s+\d+)? | (?:tacacs|radius)-server\s+(?:host\s+\S+\s+)?key
    | crypto\s+isakmp\s+key | (?:neighbor|peer)\s+\S+\s+password | key-string | server-key
    | (?:password|secret|key|community|shared-key)(?=\s+(?:[05-9]|cipher|simple|irreversible-cipher|encrypted|ciphertext|enc)\s)
    | securityname | (?:ro|rw|trap)community6? | com2sec6?\s+\S+\s+\S+ | (?:trap2?|inform)sink\s+\S+ | bindpw | auth_pass
    | (?:failover|ikev[12])\s+(?:key|pre-shared-key) | snmp\s+community\s+(?:create|delete)
    | (?:authentication|privacy)-mode\s+(?:md5|sha\S*|des\S*|3des\S*|aes\S*|sm[34]\S*|hmac\S*)
    | createuser\s+\S+\s+(?:md5|sha\S*) | (?:message-digest-key|authentication-key)\s+\d+\s+(?:md5|sha\S*|hmac\S*)
    | (?:auth\s+(?:md5|sha\S*)|priv\s+(?:3?des\S*|aes\S*)(?:\s+(?:128|192|256))?)
    )\s+(?:(?:[0-9]|cipher|simple|irreversible-cipher|hash|plain|encrypted|ciphertext|enc|clear|cleartext)\s+)?"?$""",
    re.X | re.I,
)  # fmt: skip
