/** README.txt of a backup: how to check and open it without Holdfast, for whoever finds it in ten years. The commands, indented by six spaces, are FORMAT.md's. */

export const readmeText = `HOLDFAST BACKUP

This file is a backup of a Holdfast workspace. Holdfast restores it: "Restore from
backup", this file, and the recovery kit. It can also be checked and opened without
Holdfast, by tar, OpenSSH (8.9 or later), age (https://age-encryption.org) and gzip.

KIT.txt below is the recovery kit: the text file that was downloaded or printed when
the workspace was made. Without the key in it nobody can read the records.

1. Unpack it into an empty folder

      tar xf NAME.holdfast.tar

2. Who signed it?

      sed -n 's/^# signer: //p' KIT.txt > kit_signers
      ssh-keygen -Y verify -f kit_signers \\
        -I "$(ssh-keygen -Y find-principals -s manifest.json.sig -f kit_signers)" \\
        -n holdfast-backup -s manifest.json.sig < manifest.json

   "Good" means that a device signed which the kit names. The file allowed_signers
   in here proves nothing by itself: whoever forged this backup forged that file too.
   Use it only where a later device signed than the kit knows, and then compare the
   fingerprint that ssh-keygen prints with the one that the device shows.

3. Is every part as it was signed? Each line must end in OK.

      sed -n 's/^ *{"name":"\\([^"/]*\\)","size":[0-9]*,"sha256":"\\([0-9a-f]\\{64\\}\\)"},\\{0,1\\}$/\\2  \\1/p' \\
        manifest.json | sha256sum -c

   (macOS: shasum -a 256 -c)

4. Read the records: JSON, one record a line, as many lines as "lines" in
   manifest.json says. They are readable to anyone from here on: delete
   records.jsonl when you are done.

      age -d -i KIT.txt records.jsonl.gz.age | gunzip > records.jsonl

What is in here
   manifest.json          what the backup holds, with sizes and SHA-256 sums
   manifest.json.sig      signature of manifest.json
   allowed_signers        the workspace's signers, for ssh-keygen
   membership.jsonl       the signed log of who belongs to the workspace
   records.jsonl.gz.age   the records, encrypted


HOLDFAST 备份文件

这是一个 Holdfast 工作区的备份。请在 Holdfast 中选择“从备份恢复”，并使用恢复套件打开它。
不用 Holdfast 也能核对和读取，命令见上文第 1 至 4 步；KIT.txt 就是恢复套件文件。
本文件中的 allowed_signers 本身不能证明签名者的身份，请以恢复套件为准。
`;
