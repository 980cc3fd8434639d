package io.github.ratelimit.apps.page;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.github.ratelimit.Key;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The page while a limit has a million keys. Prints when it is first painted, and when
 * its figures are shown, both from the start of the navigation.
 */
@Tag("browser")
@Tag("soak")
@Tag("version-independent")
class ManyKeysPageTests {

	private static final int KEYS = 1_000_000;

	@Test
	void aMillionKeysAreShownPageByPageAndOpenedByTheirId() {
		try (PageApplication application = PageApplication.start(); Chromium chromium = new Chromium()) {
			for (int i = 0; i < KEYS; i++) {
				application.call("chat", key(i), 1, 1);
			}
			show(chromium, application, "", "1M");
			show(chromium, application, "#/limit/chat", "1,000,000");
			show(chromium, application, "#/limit/chat/" + key(KEYS / 2).id(), "Remaining");
		}
	}

	private static Key key(int number) {
		return Key.of("sk-live-%07d".formatted(number));
	}

	private static void show(Chromium chromium, PageApplication application, String fragment, String text) {
		String address = application.address("local.server.port", "/actuator/ratelimits" + fragment);
		try (BrowserPage opened = chromium.open(address, ColorScheme.LIGHT, 1220, 900)) {
			Page page = opened.page();
			assertThat(page.locator("main").getByText(text).first()).isVisible();
			System.out.printf("%s: first paint %.0f ms, figures %.0f ms%n", fragment.isEmpty() ? "overview" : fragment,
					number(page, "performance.getEntriesByName('first-contentful-paint')[0].startTime"),
					number(page, "performance.now()"));
			assertThat(opened.problems()).isEmpty();
		}
	}

	private static double number(Page page, String expression) {
		return ((Number) page.evaluate(expression)).doubleValue();
	}

}
