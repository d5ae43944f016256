// Checks proof/record.tlog-proof and proof/challenge.checkpoint of an unpacked bundle with golang.org/x/mod, which shares no
// code with Heqi. How to run it: ../INTEROP.md.
package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log"
	"os"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// A cosigner: key type 0x04, which note.NewVerifier does not know.
type cosigner struct {
	name string
	id   uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.id }
func (c cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 72 {
		return false
	}
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), msg)
	return ed25519.Verify(c.key, []byte(signed), sig[8:])
}

func newCosigner(vkey string) note.Verifier {
	f := strings.SplitN(vkey, "+", 3)
	id, err := strconv.ParseUint(f[1], 16, 32)
	check(err)
	key, err := base64.StdEncoding.DecodeString(f[2])
	check(err)
	if key[0] != 4 || len(key) != 33 {
		log.Fatal("no cosigner key")
	}
	return cosigner{f[0], uint32(id), key[1:]}
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func hash(line string) (h tlog.Hash) {
	b, err := base64.StdEncoding.DecodeString(line)
	check(err)
	copy(h[:], b)
	return h
}

// The size and root of a checkpoint that all three keys signed.
func head(signed []byte, keys note.Verifiers) (int64, tlog.Hash) {
	n, err := note.Open(signed, keys)
	check(err)
	lines := strings.Split(n.Text, "\n")
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	for _, s := range n.Sigs {
		fmt.Println("  signed by", s.Name)
	}
	if len(n.Sigs) != 3 {
		log.Fatal("log, witness and mirror should have signed")
	}
	return size, hash(lines[2])
}

func main() { // check BUNDLE-FOLDER DEMO.JSON TILE-OF-LEVEL-0 RECORD-ROOT-IN-HEX
	read := func(name string) []byte { b, err := os.ReadFile(name); check(err); return b }
	var demo struct{ Log_vkey, Witness_vkey, Mirror_vkey string }
	check(json.Unmarshal(read(os.Args[2]), &demo))
	logKey, err := note.NewVerifier(demo.Log_vkey)
	check(err)
	keys := note.VerifierList(logKey, newCosigner(demo.Witness_vkey), newCosigner(demo.Mirror_vkey))

	// The proof file: name, index, path, empty line, checkpoint.
	file := read(os.Args[1] + "/proof/record.tlog-proof")
	cut := bytes.Index(file, []byte("\n\n"))
	lines := strings.Split(string(file[:cut]), "\n")
	index, err := strconv.ParseInt(strings.TrimPrefix(lines[1], "index "), 10, 64)
	check(err)
	var path tlog.RecordProof
	for _, line := range lines[2:] {
		path = append(path, hash(line))
	}
	size, root := head(file[cut+2:], keys)
	record, err := hex.DecodeString(os.Args[4])
	check(err)
	entry := append([]byte("heqi.record-leaf/v1\n"), record...)
	check(tlog.CheckRecord(path, size, root, index, tlog.RecordHash(entry)))
	fmt.Println("record root is entry", index, "of", size)

	// The head in the challenge is a beginning of the same log, by the tile of leaf hashes.
	var stored []tlog.Hash
	reader := tlog.HashReaderFunc(func(at []int64) (out []tlog.Hash, err error) {
		for _, i := range at {
			out = append(out, stored[i])
		}
		return out, nil
	})
	tile := read(os.Args[3])
	for i := 0; i+32 <= len(tile); i += 32 {
		var leaf tlog.Hash
		copy(leaf[:], tile[i:])
		more, err := tlog.StoredHashesForRecordHash(int64(i/32), leaf, reader)
		check(err)
		stored = append(stored, more...)
	}
	old, oldRoot := head(read(os.Args[1]+"/proof/challenge.checkpoint"), keys)
	proof, err := tlog.ProveTree(size, old, reader)
	check(err)
	check(tlog.CheckTree(proof, size, root, old, oldRoot))
	fmt.Println("the log of", size, "continues the log of", old)
}
