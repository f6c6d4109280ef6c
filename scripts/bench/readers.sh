# Sourced by bench.sh: how quickly result files are read, and in how much memory. Two files of half a gigabyte, as a
# scanner and a test runner write them: JSON lines, and one document.

READ_MB=500

garak_file() {
    head -n 2 domain/tests/fixtures/evidence/garak.report.jsonl
    awk -v mb=$READ_MB 'BEGIN {
        for (i = 0; i < 24; i++) text = text "The answer goes on and says what a model would say here. "
        for (n = 0; bytes < mb * 1000000; n++) {
            row = sprintf("{\"entry_type\": \"attempt\", \"uuid\": \"u-%d\", \"seq\": %d, \"status\": 2, \"probe_classname\": \"dan.Toy\", \"outputs\": [{\"text\": \"%s\"}], \"detector_results\": {\"mitigation.Toy\": [%.1f]}}", n, n, text, n % 7 == 0)
            print row
            bytes += length(row) + 1
        }
        hits = int((n + 6) / 7)
        printf "{\"entry_type\": \"eval\", \"probe\": \"dan.Toy\", \"detector\": \"mitigation.Toy\", \"passed\": %d, \"fails\": %d, \"nones\": 0, \"total_evaluated\": %d, \"total_processed\": %d}\n", n - hits, hits, n, n
    }'
    grep '"completion"' domain/tests/fixtures/evidence/garak.report.jsonl
}

sarif_file() {
    awk -v mb=$READ_MB 'BEGIN {
        printf "{\"version\": \"2.1.0\", \"runs\": [{\"tool\": {\"driver\": {\"name\": \"Scanner\", \"version\": \"1\"}}, \"results\": ["
        for (i = 0; i < 20; i++) text = text "A finding is described in as many words as a scanner finds. "
        for (n = 0; bytes < mb * 1000000; n++) {
            row = sprintf("%s{\"ruleId\": \"R%d\", \"level\": \"warning\", \"message\": {\"text\": \"%s\"}, \"locations\": [{\"physicalLocation\": {\"artifactLocation\": {\"uri\": \"src/%d.py\"}, \"region\": {\"startLine\": %d}}}]}\n", n ? "," : "", n % 50, text, n, n)
            printf "%s", row
            bytes += length(row)
        }
        print "]}]}"
    }'
}

measure_reader() { # name, what makes the file
    local file=$work/result peak reader began took bytes
    "$2" >"$file"
    bytes=$(wc -c <"$file")
    cat "$file" >/dev/null
    began=$(date +%s%N)
    "$BIN" evidence read "$file" --format json >"$work/said" 2>&1 &
    reader=$!
    peak=$(peak_of $reader)
    wait $reader || fail "the file was not read: $(head -c 500 "$work/said")"
    took=$((($(date +%s%N) - began) / 1000000))
    rm -f "$file"
    echo "- \`countersign evidence read\`, $1 of $((bytes / 1000000)) MB: $(awk -v ms=$took -v b="$bytes" 'BEGIN { printf "%.1f s, %.0f MB/s", ms / 1000, b / 1000 / ms }'), at most $peak MB of memory."
}
