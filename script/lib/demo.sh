# A whole office at work, in $demo: private servers (script/lib/office), a configuration, agencies and
# matters, a morning's mails, and what the daemon makes of them. Sourced, after platform.sh, by what shows
# it (script/demo) and by what tries it (tests/browser/run); both set:
#
#   demo        the folder that holds everything      programs    the build folder with the programs
#
# Days are counted from today, so that it shows the same on any day.

office=$demo/office home=$demo/thanwela conf=$demo/thanwela/thanwela.conf
daemon=

bold() { if [ -t 1 ]; then printf '\n\033[1m%s\033[0m\n' "$*"; else printf '\n== %s\n' "$*"; fi; }
value() { sed -n "s/^$1=//p" "$office/env"; }

# The servers and the daemon run as an ordinary user, also where root started the demo. become_office turns
# this shell into the program: in the background, $! is then the program's own process.
become_office() {
    [ "$(id -u)" = 0 ] || exec "$@"
    local user
    user=$(value OFFICE_USER)
    exec setpriv --reuid "$user" --regid "$user" --init-groups env HOME="$demo" "$@"
}
as_office() { (become_office "$@"); }
thanwela() { as_office "$programs/thanwela" -c "$conf" "$@"; }

end() {
    if [ -n "$daemon" ] && kill "$daemon" 2>/dev/null; then wait "$daemon" || true; fi
    "$checkout/script/lib/office" stop "$office" 2>/dev/null || true
}

start_office() {
    bold "เปิดสำนักงาน · PostgreSQL, Dovecot, Exim"
    "$checkout/script/lib/office" wipe "$office"
    find "$demo" -mindepth 1 -delete 2>/dev/null || true
    mkdir -p "$demo" "$home" "$demo/mails" "$demo/receipts"
    "$checkout/script/lib/office" start "$office"
    trap end EXIT
    trap 'exit 130' INT TERM
    if [ "$(id -u)" = 0 ]; then chown -R "$(value OFFICE_USER):" "$home" "$demo/receipts"; fi
    as_office "$checkout/script/lib/office-config" "$office" "$programs" "$home"
    thanwela migrate >/dev/null
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# The pages, on this machine: the codes of receipts lead there.
choose_pages() {
    WEB_LISTEN=127.0.0.1:$(free_port) WEB_METRICS=127.0.0.1:$(free_port)
    BASE_URL=http://$WEB_LISTEN
    export WEB_LISTEN WEB_METRICS BASE_URL
}

# The register's people, one of each role.
make_people() {
    local role
    for role in reader officer admin; do
        echo "a long password of $role" | thanwela user add "$role" --role "$role" --name "เจ้าหน้าที่ $role" >/dev/null
    done
}

day() { date -d "$*" +%F; }
tuesday() { day "$(( (2 - $(date +%u) + 7) % 7 + 7 + $1 * 7 )) days"; }
months=('' มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม)
thai_day() { echo "$(date -d "$1" +%-d) ${months[$(date -d "$1" +%-m)]} $(($(date -d "$1" +%Y) + 543))"; }

make_office() {
    local year=$(($(date +%Y) + 543))
    thanwela agency import "$checkout/tests/data/demo/agencies.csv" >/dev/null
    thanwela holiday import "$checkout/tests/data/demo/holidays.csv" >/dev/null
    thanwela meeting add "$(tuesday 0)T09:00" --cutoff-days 3 --cutoff-time 12:00 --place ทำเนียบรัฐบาล >/dev/null
    thanwela meeting add "$(tuesday 1)T09:00" --cutoff-days 3 --cutoff-time 12:00 --place ทำเนียบรัฐบาล >/dev/null
    opinion=1/$year overdue=2/$year late=3/$year asked=4/$year
    thanwela matter add "ร่างกฎกระทรวงลดอัตราอากรศุลกากร" --class CAB-OPINION --agency "CUSTOMS;EXCISE" \
        --meeting "$(tuesday 0)" --no "$opinion" >/dev/null
    thanwela matter add "รายงานผลการจัดเก็บภาษีสรรพสามิต" --class CAB-FOLLOWUP --agency EXCISE --no "$overdue" >/dev/null
    thanwela deadline set "$overdue" EXCISE --date "$(day '6 days ago')" --source "กค 0201/ว 88" >/dev/null
    thanwela matter add "การใช้ที่ราชพัสดุเพื่อประโยชน์สาธารณะ" --class CAB-SUBMIT --agency TREASURY --no "$late" >/dev/null
    thanwela deadline set "$late" TREASURY --date "$(day '3 days ago')T12:00" --source "กค 0201/ว 91" >/dev/null
    thanwela matter add "ข้อหารือของสมาชิกวุฒิสภา เรื่องหนี้นอกระบบ" --class PARL-CONSULT --agency "MOF;FPO" --no "$asked" --received "$(day 1 day ago)" >/dev/null
    thanwela deadline set "$asked" MOF --working-days 5 --source "สว 0009/1120" >/dev/null
    thanwela deadline set "$asked" FPO --working-days 5 --source "สว 0009/1120" >/dev/null
    thanwela slip "$asked" --pdf "$home/slip.pdf" >/dev/null
}

send_mails() {
    bold "หน่วยงานส่งอีเมล · the agencies send"
    local number from to mail n=0
    "$checkout/script/lib/demo-mails" "$demo/mails" "$checkout/tests/data/documents" "$(thai_day today)" \
        "$late" "$opinion" "$(thai_day "$(tuesday 1)")" "$home/slip.pdf"
    for mail in "$demo"/mails/*.eml; do
        read -r from to <"${mail%.eml}.envelope"
        curl -sS --ssl-reqd --cacert "$(value CA_FILE)" --url "smtp://localhost:$(value SMTP_PORT)/agency.example" \
            --user "$from:$(as_office cat "$(value SECRETS)/$from")" --mail-from "$from" --mail-rcpt "$to" --upload-file "$mail"
        n=$((n + 1))
    done
    for number in $(seq 100); do
        [ "$(find "$(value MAIL_DIR)/$to/Maildir/new" "$(value MAIL_DIR)/$to/Maildir/cur" -type f 2>/dev/null | wc -l)" -ge $n ] && break
        sleep 0.1
    done
    say "$n mails lie in $to's mailbox"
}

take_in() {
    bold "รับเข้า ลงทะเบียน อ่าน QR ออกใบรับ · thanwelad --once"
    as_office "$programs/thanwelad" -c "$conf" --once 2>"$demo/thanwelad.log" ||
        { tail -n 5 "$demo/thanwelad.log" >&2; die "thanwelad failed; its log is $demo/thanwelad.log"; }
    sed -E 's/^<[0-9]>//' "$demo/thanwelad.log" | grep -cE 'step=(register|scan|receipt|deliver)' |
        xargs printf '%s ขั้นตอนในบันทึก %s\n' | sed "s|\$| $demo/thanwelad.log|"
}

# The receipts as the agencies have them: their QR and their PDF out of each mail.
unpack_receipts() {
    as_office python3 - "$(value MAIL_DIR)" "$demo/receipts" <<'PY'
import email, email.policy, pathlib, sys
for path in pathlib.Path(sys.argv[1]).glob("*/Maildir/new/*"):
    mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    name = str(mail["Message-ID"]).strip("<>").split("@")[0]
    if not name.startswith("receipt."):
        continue
    for part in mail.walk():
        ending = {"image/png": "png", "application/pdf": "pdf", "text/html": "html"}.get(part.get_content_type())
        if ending:
            pathlib.Path(sys.argv[2], f"{name}.{ending}").write_bytes(part.get_payload(decode=True))
PY
}
