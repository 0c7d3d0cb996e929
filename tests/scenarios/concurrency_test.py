#!/usr/bin/python3
"""Two runs on one catalog cannot damage it or publish the same change twice."""

import unittest

from world import HOST, World, fsck, needs_root, sha256, tiny

RECIPE = "commands: [sleep 1, date > /etc/built]\npublish: {name: base}\n"


@needs_root
class Concurrency(unittest.TestCase):
    def setUp(self):
        self.world = self.enterContext(World())
        self.world.retouch("import", tiny(), "--name", "base")

    def finish(self, processes):
        """Waits for all; returns exit codes."""
        codes = []
        for process in processes:
            out, err = process.communicate(timeout=300)
            codes.append(process.returncode)
            self.assertIn(process.returncode, (0, 75), out + err)
        return codes

    def test_one_recipe_applied_by_several_at_once_is_published_once(self):
        recipe = self.world.recipe(RECIPE)
        codes = self.finish([self.world.start("apply", recipe, "--yes", *HOST) for _ in range(4)])
        self.assertIn(0, codes)
        made = [i for i in self.world.images() if "retouch_fingerprint" in i["properties"]]
        self.assertEqual(1, len(made), made)
        self.assertEqual([], self.world.leftovers())
        self.assertIn("No changes.", self.world.retouch("plan", recipe, *HOST).stdout)

    def test_different_names_do_not_wait_for_each_other_nor_mix(self):
        names = ["one", "two", "three"]
        recipes = [self.world.recipe(f"retouch: 1\nname: {name}\nsource: {{image: base}}\n"
                                     f"files: [{{to: /etc/name, content: {name}}}]\n"
                                     f"publish: {{name: {name}}}\n", f"{name}.yaml") for name in names]
        codes = self.finish([self.world.start("apply", recipe, "--yes", *HOST) for recipe in recipes])
        self.assertEqual([0, 0, 0], codes)
        for name in names:
            self.assertEqual("", fsck(self.world.bytes_of(self.world.image(name))))
        self.assertEqual(sha256(tiny()), sha256(self.world.bytes_of(self.world.image("base"))))

    def test_imports_beside_an_apply_are_all_kept(self):
        apply = self.world.start("apply", self.world.recipe(RECIPE), "--yes", *HOST)
        imports = [self.world.start("import", tiny(), "--name", f"vendor-{n}") for n in range(4)]
        self.assertEqual([0] * 5, self.finish([apply, *imports]))
        self.assertEqual(6, len(self.world.images()))
        self.assertEqual([], self.world.leftovers())


if __name__ == "__main__":
    unittest.main()
