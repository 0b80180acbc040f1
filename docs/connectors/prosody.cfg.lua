-- Prosody 0.12 for Tieline: accounts of the merchant's people, one component (the gateway), and rooms that only it can make.
--
-- The tests start Prosody on exactly this file. What stands in double braces is filled in; docs/connectors/xmpp.md says what
-- with, and `{{domain}}` is your own domain everywhere. Comments say why.

-- Without these four lines Prosody goes where its package wants it: data_path, pidfile, certificates and log.
data_path = "{{data_folder}}"
pidfile = "{{data_folder}}/prosody.pid"
certificates = "{{data_folder}}/certs"
log = { { levels = { min = "info" }, to = "file", filename = "{{data_folder}}/prosody.log" } }

-- Clients. Loopback until you open it: { "*" } lets the merchant's people sign in from where they are. Usual port: 5222.
c2s_interfaces = { "127.0.0.1" }
c2s_ports = { {{client_port}} }
c2s_require_encryption = true
ssl = { certificate = "{{certificate}}", key = "{{certificate_key}}" }
authentication = "internal_hashed"

-- The gateway. Keep this on loopback: the component protocol (XEP-0114) is not encrypted. Usual port: 5347.
component_interfaces = { "127.0.0.1" }
component_ports = { {{component_port}} }

-- Files. Plain HTTP on loopback, for a proxy with TLS in front. Usual port: 5280.
http_interfaces = { "127.0.0.1" }
http_ports = { {{http_port}} }
https_ports = {}

-- Nobody from other servers. To let people sign in elsewhere, take "s2s" out here and open its port.
modules_disabled = { "s2s" }
modules_enabled = {
    "roster", "saslauth", "tls", "disco", "ping", "posix", "blocklist", "pep", "private", "vcard4", "vcard_legacy",
    -- Several devices of one person see the same.
    "carbons", "mam", "bookmarks",
    -- A phone that loses its network loses no message. Components have no such thing: see `muc_mam` below.
    "smacks", "csi_simple",
    "limits",
}
limits = { c2s = { rate = "64kb/s" } }
-- Messages between people and, in direct mode, visitors.
default_archive_policy = true
archive_expires_after = "1y"

VirtualHost "{{domain}}"
    -- Accounts are made by `prosodyctl adduser`, never by a client.
    allow_registration = false
    -- So that clients find both.
    disco_items = {
        { "rooms.{{domain}}", "Customers" },
        { "upload.{{domain}}", "Files" },
    }

-- The gateway signs in as this, with this secret. A long random one: whoever has it can speak as any visitor.
Component "chat.{{domain}}"
    component_secret = "{{component_secret}}"

-- One room for each session. The gateway reads from the archive what was said while it was away.
Component "rooms.{{domain}}" "muc"
    name = "Customers"
    modules_enabled = { "muc_mam" }
    -- Only the gateway makes rooms, under this address, and it is an owner of every one. Prosody has no other way to name a
    -- component here: "local" would mean the accounts.
    restrict_room_creation = true
    admins = { "gateway@chat.{{domain}}" }
    -- The gateway asks for all of this, too. So a room is never open for a moment.
    muc_room_default_public = false
    muc_room_default_persistent = true
    muc_room_default_members_only = true
    muc_room_default_public_jids = true
    muc_room_default_allow_member_invites = false
    muc_room_default_change_subject = false
    -- All of it is kept, for as long as the gateway may be away and clients want to look back.
    muc_log_by_default = true
    muc_log_expires_after = "1y"
    -- Newest messages of one room that are kept. The default for files on disk is 10000.
    storage_archive_item_limit = 10000
    -- Pages of the archive, as large as the gateway asks for.
    max_archive_query_results = 250
    -- Rooms in memory. What is above it is written to disk and read again at the next message.
    muc_room_cache_size = 1000

-- Pictures and files of the merchant's people (XEP-0363). The gateway fetches from this address and from no other.
Component "upload.{{domain}}" "http_file_share"
    http_host = "{{upload_host}}"
    http_external_url = "{{upload_url}}"
    http_file_share_size_limit = 10 * 1024 * 1024
    http_file_share_expires_after = 60 * 60 * 24 * 31
    http_file_share_access = { "{{domain}}" }
