# The table of ratios from the raw values (name,round,value): medians, each beside its bar.
# -v filesystem=ext4: where the data of the main stack was.
BEGIN { FS = "," }
NR > 1 {
    count[$1]++
    values[$1, count[$1]] = $3
}

function has(name) { return name in count }

function median(name,    i, j, n, t, sorted) {
    n = count[name]
    for (i = 1; i <= n; i++) sorted[i] = values[name, i] + 0
    for (i = 2; i <= n; i++) {
        t = sorted[i]
        for (j = i - 1; j >= 1 && sorted[j] > t; j--) sorted[j + 1] = sorted[j]
        sorted[j + 1] = t
    }
    return n % 2 ? sorted[(n + 1) / 2] : (sorted[n / 2] + sorted[n / 2 + 1]) / 2
}

# The words of a value that is no number, each once.
function words(name,    i, seen, text) {
    for (i = 1; i <= count[name]; i++)
        if (!(values[name, i] in seen)) {
            seen[values[name, i]]
            text = text (text == "" ? "" : ", ") values[name, i]
        }
    return text
}

function total(name,    i, sum) {
    for (i = 1; i <= count[name]; i++) sum += values[name, i]
    return sum + 0
}

function s(x) { return sprintf("%.2f s", x) }
function ms(x) { return sprintf("%.0f ms", x * 1000) }
function mb(x) { return sprintf("%.0f MB", x / 1e6) }
function times(x) { return sprintf("%.2f", x) }

function row(what, value, ratio, bar, met) { printf "| %s | %s | %s | %s | %s |\n", what, value, ratio, bar, met }
function met(good) { return good ? "yes" : "**no**" }

# A time beside a multiple of another time.
function against(what, name, other, limit, note) {
    if (!has(name)) return
    if (!has(other)) row(what, s(median(name)), "", "", "")
    else row(what, s(median(name)), times(median(name) / median(other)), "<= " times(limit) " x " note,
        met(median(name) <= limit * median(other)))
}

function plain(what, name) { if (has(name)) row(what, s(median(name)), "", "", "") }

function held(prefix, where, reflinks,    limit) {
    if (!has(prefix "held")) return
    limit = reflinks ? 0.150 : median(prefix "held-allowed")
    row("writers held, `pgbench` running, " where " (" words(prefix "held-consistency") ")", ms(median(prefix "held")), \
        times(median(prefix "held") / limit), \
        reflinks ? "<= 150 ms" : "<= " ms(limit) ": " mb(median(prefix "touched-bytes")) " touched, at " \
            sprintf("%.1f GB/s", median(prefix "copy-speed") / 1e9) ", + 100 ms", \
        met(median(prefix "held") <= limit))
    row("throughput of `pgbench` during a backup, " where, sprintf("%.0f of %.0f tps", median(prefix "load-during"), \
        median(prefix "load-before")), times(median(prefix "load-during") / median(prefix "load-before")), ">= 0.50", \
        met(median(prefix "load-during") >= 0.5 * median(prefix "load-before")))
    row("failed transactions, " where, total(prefix "load-failed"), "", "0", met(total(prefix "load-failed") == 0))
}

# What one step more of the count costs, compared with a cost that grows in proportion.
function growth(kind,    name, parts, n, numbers, i, j, t, value, last, bar) {
    n = 0
    for (name in count)
        if (match(name, "^" kind "-[0-9]+$")) {
            split(name, parts, "-")
            numbers[++n] = parts[2] + 0
        }
    for (i = 2; i <= n; i++) {
        t = numbers[i]
        for (j = i - 1; j >= 1 && numbers[j] > t; j--) numbers[j + 1] = numbers[j]
        numbers[j + 1] = t
    }
    for (i = 1; i <= n; i++) {
        value = median(kind "-" numbers[i])
        if (i == 1) row("capture, " kind ": " numbers[i], s(value), "", "", "")
        else row("capture, " kind ": " numbers[i], s(value), times(value / last), \
            sprintf("<= %.0f x the row above", numbers[i] / numbers[i - 1]), met(value <= last * numbers[i] / numbers[i - 1]))
        last = value
    }
}

END {
    print "| measurement | median | ratio | bar | met |"
    print "| --- | --- | --- | --- | --- |"
    plain("bare restart: `down && up -d` until healthy", "restart")
    plain("baseline, backup", "baseline-backup")
    if (has("baseline-rollback"))
        row("baseline, rollback until healthy", s(median("baseline-rollback")) ", " s(median("baseline-rollback") + 60) \
            " with its sleep of 60 s", has("restart") ? times(median("baseline-rollback") / median("restart")) : "", "", "")
    against("failed deploy: from the failure to the verified rollback", "deploy-rollback", "restart", 1, "the bare restart")
    plain("&nbsp; until the last container is healthy", "deploy-rollback-healthy")
    plain("&nbsp; from a container's `unhealthy` to the verdict", "deploy-noticed")
    if (has("rollback"))
        against("rollback by hand, data from: " words("rollback-way"), "rollback", "restart", 0.75, "the bare restart")
    plain("&nbsp; until the last container is healthy", "rollback-healthy")
    if (has("small-rollback"))
        row("rollback at the large size, against the small one", s(median("large-rollback")) " and " \
            s(median("small-rollback")), times(median("large-rollback") / median("small-rollback")), "<= 1.10", \
            met(median("large-rollback") <= 1.1 * median("small-rollback")))
    if (has("archive")) {
        row("rollback by hand, data from: " words("archive-way"), s(median("archive")), \
            has("restart") ? times(median("archive") / median("restart")) : "", "", "")
        base = has("rollback") && words("rollback-way") == "standby" ? "rollback" : has("restart") ? "restart" : ""
        if (base != "") {
            over = median("archive") - median(base)
            if (over > 0)
                row("&nbsp; data, for the time on top of the " (base == "rollback" ? "rollback with a standby" : "bare restart"), \
                    sprintf("%.0f MB/s", median("data-bytes") / over / 1e6), "", ">= 300 MB/s", \
                    met(median("data-bytes") / over >= 300e6))
            else row("&nbsp; data, for the time on top", "no time on top", "", ">= 300 MB/s", met(1))
        }
    }
    against("cold backup, archive included", "cold", "baseline-backup", 0.30, "the baseline")
    plain("&nbsp; sealed", "cold-sealed")
    against("warm backup, sealed", "warm-sealed", "baseline-backup", 0.04, "the baseline")
    against("warm backup, with its archive", "warm", "baseline-backup", 0.15, "the baseline")
    for (i = 1; i <= 2; i++) {
        name = i == 1 ? "cold" : "warm"
        if (has(name "-held"))
            row("writers held, idle database, " name " backup (" words(name "-consistency") ")", ms(median(name "-held")), \
                times(median(name "-held") / 0.25), "<= 250 ms", met(median(name "-held") <= 0.25))
    }
    held("", filesystem, filesystem == "xfs" || filesystem == "btrfs")
    held("reflinks-", "xfs", 1)
    for (i = 1; i <= 2; i++) {
        name = i == 1 ? "backup" : "rollback"
        if (!has("large-" name "-memory")) continue
        large = median("large-" name "-memory")
        small = median("small-" name "-memory")
        row("peak memory of a " name " at the large size", mb(large), "", "<= 220 MB", met(large <= 220e6))
        row("&nbsp; against the small size", mb(small), times(large / small), "<= 1.10", met(large <= 1.1 * small))
        row("&nbsp; with the programs that it starts, large and small", mb(median("large-" name "-memory-with-helpers")) \
            " and " mb(median("small-" name "-memory-with-helpers")), "", "", "")
    }
    if (has("version")) {
        row("`belay --version`", ms(median("version")), times(median("version") / 0.25), "<= 250 ms", met(median("version") <= 0.25))
        row("`belay status`, `docker compose ps`", ms(median("status")) ", " ms(median("compose-ps")), \
            times(median("status") / median("compose-ps")), "<= 3.00 x `docker compose ps`", \
            met(median("status") <= 3 * median("compose-ps")))
    }
    growth("containers")
    growth("files")
}
