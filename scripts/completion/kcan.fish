# SPDX-License-Identifier: GPL-2.0-only OR BSD-3-Clause
# Completion for fish: what candidates prints.

function __kcan_candidates
    for line in (@CANDIDATES@ (commandline -opc) (commandline -ct))
        if test "$line" = :files
            __fish_complete_path (commandline -ct)
        else
            echo $line
        end
    end
end

complete -c @PROGRAM@ -f -a '(__kcan_candidates)'
