from portal.tests.groups import group_of

BROWSER = "portal/tests/browser"


def test_files_of_a_folder_of_browser_tests_stay_together_and_others_are_groups_of_their_own():
    assert group_of(f"{BROWSER}/test_pages.py::test_a[/b/::x]") == BROWSER
    assert group_of(f"{BROWSER}/test_truth.py::test_b") == BROWSER
    assert group_of(f"{BROWSER}/walks/test_agency.py::test_c") == f"{BROWSER}/walks"
    assert group_of("portal/tests/test_broker.py::test_d") == "portal/tests/test_broker.py"
