#!/usr/bin/python3
"""The sources keep to the layer table; and the check itself finds each kind of violation."""

import tempfile
import unittest
from pathlib import Path

import layer_rules

ROOT = Path(__file__).resolve().parents[2]
COMMENT = "// Something: a fixture.\n"


class Repository(unittest.TestCase):
    maxDiff = None

    def test_sources_keep_to_the_layer_table(self):
        self.assertEqual("", "\n".join(layer_rules.problems_of_tree(ROOT)))

    def test_every_folder_is_a_layer(self):
        folders = {path.name for path in (ROOT / "engine").iterdir() if path.is_dir()}
        self.assertEqual(set(layer_rules.BELOW), folders)

    def test_every_public_header_has_a_layer_and_the_other_way_round(self):
        headers = {path.stem for path in (ROOT / "include/retouch").iterdir()}
        self.assertEqual(set(layer_rules.PUBLIC), headers)

    def test_the_table_has_no_way_up(self):
        order = list(layer_rules.BELOW)
        for layer, below in layer_rules.BELOW.items():
            for other in below:
                self.assertLess(order.index(other), order.index(layer), f"{layer} -> {other}")


class TheCheckItself(unittest.TestCase):
    """Each test breaks one rule in an otherwise clean tree and expects exactly that finding."""

    def problems(self, path, text):
        with tempfile.TemporaryDirectory() as root:
            for name, content in {
                "engine/base/good.hpp": "#pragma once\n" + COMMENT + "#include <string>\n",
                "include/retouch/plan.hpp": "#pragma once\n" + COMMENT + '#include "retouch/json.hpp"\n',
                path: text,
            }.items():
                file = Path(root, name)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(content, encoding="utf-8")
            return layer_rules.problems_of_tree(root)

    def test_a_clean_tree_has_no_problems(self):
        text = COMMENT + '#include "base/good.hpp"\n#include "retouch/plan.hpp"\n#include <fcntl.h>\n'
        self.assertEqual([], self.problems("engine/plan/x.cpp", text))

    def test_looking_up_is_found(self):
        self.assertEqual(
            ['engine/store/x.cpp:2: store may not include plan ("plan/planner.hpp")'],
            self.problems("engine/store/x.cpp", COMMENT + '#include "plan/planner.hpp"\n'))

    def test_looking_up_through_a_public_header_is_found(self):
        self.assertEqual(
            ['engine/recipe/x.cpp:2: recipe may not include guest ("retouch/guest.hpp")'],
            self.problems("engine/recipe/x.cpp", COMMENT + '#include "retouch/guest.hpp"\n'))

    def test_a_public_header_that_looks_up_is_found(self):
        self.assertEqual(
            ['include/retouch/value.hpp:3: model may not include store ("retouch/store.hpp")'],
            self.problems("include/retouch/value.hpp",
                          "#pragma once\n" + COMMENT + '#include "retouch/store.hpp"\n'))

    def test_a_library_of_another_layer_is_found(self):
        self.assertEqual(
            ["engine/plan/x.cpp:2: plan may not use <guestfs.h>"],
            self.problems("engine/plan/x.cpp", COMMENT + "#include <guestfs.h>\n"))

    def test_an_unknown_library_is_found(self):
        self.assertEqual(
            ["engine/base/x.cpp:2: <zlib.h> is not in the table of third-party headers"],
            self.problems("engine/base/x.cpp", COMMENT + "#include <zlib.h>\n"))

    def test_a_path_out_of_the_layers_is_found(self):
        self.assertEqual(
            ['engine/base/x.cpp:2: "../model/plan.hpp" is in no layer; write "FOLDER/FILE.hpp"'],
            self.problems("engine/base/x.cpp", COMMENT + '#include "../model/plan.hpp"\n'))

    def test_a_file_outside_the_layers_is_found(self):
        self.assertEqual(["engine/misc/x.cpp:1: the file belongs to no layer"],
                         self.problems("engine/misc/x.cpp", COMMENT))

    def test_a_header_without_pragma_once_is_found(self):
        self.assertEqual(["engine/base/x.hpp:1: the first line of a header is #pragma once"],
                         self.problems("engine/base/x.hpp", COMMENT))

    def test_a_file_without_an_opening_comment_is_found(self):
        self.assertEqual(
            ["engine/base/x.cpp:1: the file does not open with a comment that says what it is"],
            self.problems("engine/base/x.cpp", "#include <string>\n"))
        self.assertEqual([], self.problems("engine/base/good.cpp", "#include <string>\n"))

    def test_a_file_that_grew_too_long_is_found(self):
        self.assertEqual(["engine/base/x.cpp:501: 501 lines; the limit is 500"],
                         self.problems("engine/base/x.cpp", COMMENT + "int x;\n" * 500))

    def test_printing_in_the_engine_is_found_and_in_the_program_allowed(self):
        text = COMMENT + 'void f() { fmt::print("x"); }\n'
        self.assertEqual(
            ["engine/render/x.cpp:2: the engine never prints; return a value or emit an event"],
            self.problems("engine/render/x.cpp", text))
        self.assertEqual([], self.problems("engine/cli/x.cpp", text))

    def test_a_signal_sent_past_the_one_way_is_found(self):
        advice = ("signals are sent by base/process_handle.hpp: the number of a failed start would mean "
                  "everybody")
        for line in ("kill(pid, 9);", "::kill(-1, 9);", "killpg(g, 9);", "syscall(SYS_tgkill, 1, 1, 9);",
                     "syscall(SYS_pidfd_send_signal, fd, 9, nullptr, 0);"):
            with self.subTest(line):
                self.assertEqual([f"engine/store/x.cpp:2: {advice}"],
                                 self.problems("engine/store/x.cpp", f"{COMMENT}{line}\n"))
        for line in ("// kill(pid, 9)", "helper.kill(9);", "skill(1);", "helper->kill (9);"):
            with self.subTest(line):
                self.assertEqual([], self.problems("engine/store/x.cpp", f"{COMMENT}{line}\n"))

    def test_a_program_started_past_the_one_way_is_found(self):
        for line in ("fork();", "popen(x, y);", "std::system(x);", "posix_spawnp(a);", "syscall(SYS_clone3, &a);"):
            with self.subTest(line):
                self.assertEqual(["engine/guest/x.cpp:2: programs are started by base/process.hpp"],
                                 self.problems("engine/guest/x.cpp", f"{COMMENT}{line}\n"))

    def test_a_namespace_that_is_not_the_layers_is_found(self):
        pragma = "#pragma once\n"
        for path, name, problem in (
                ("engine/store/x.hpp", "retouch::plan",
                 "3: the namespace of this layer is retouch::store, not retouch::plan"),
                ("engine/store/x.hpp", "retouch", "3: what is no public header declares in retouch::store"),
                ("include/retouch/image.hpp", "retouch::model",
                 "3: a public header declares in retouch, not in retouch::model"),
                ("engine/store/x.hpp", "retouch::store::marks", None), ("include/retouch/image.hpp", "retouch", None)):
            with self.subTest(path=path, name=name):
                self.assertEqual([f"{path}:{problem}"] if problem else [],
                                 self.problems(path, f"{pragma}{COMMENT}namespace {name} {{\n}}\n"))
        self.assertEqual([], self.problems("engine/store/x.cpp", COMMENT + "namespace retouch {\n}\n"))

    def test_waiting_that_hears_of_no_signal_is_found_outside_the_primitives(self):
        for call, instead in (("std::this_thread::sleep_for(x);", "pause_for of base/waiting.hpp"),
                              ("poll(&one, 1, -1);", "wait_for_events of base/waiting.hpp"),
                              ("flock(fd, LOCK_EX);", "lock_within of base/waiting.hpp or LockFile"),
                              ("if (fsync(fd.get()) != 0)", "sync_file of base/sync_file.hpp"),
                              ("database.setBusyTimeout(10);", "the busy handler of catalog/database.cpp"),
                              ("::read(STDIN_FILENO, x, 1);", "read_some and write_all of base/file.hpp"),
                              ("std::ifstream file(path);", "read_file and write_all of base/file.hpp")):
            text = COMMENT + f"void f() {{ {call} }}\n"
            self.assertEqual([f"engine/store/x.cpp:2: this waits and hears of no signal; use {instead}"],
                             self.problems("engine/store/x.cpp", text))
            self.assertEqual([], self.problems("engine/base/x.cpp", text))

    def test_what_is_excused_from_the_rule_of_waiting_is_there(self):
        for file in layer_rules.WAITS_ITSELF:
            self.assertTrue((ROOT / file).exists(), file)


if __name__ == "__main__":
    unittest.main()
