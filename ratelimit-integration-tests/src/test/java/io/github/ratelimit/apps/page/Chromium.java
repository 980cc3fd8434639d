package io.github.ratelimit.apps.page;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** An installed Chromium without a window. */
final class Chromium implements AutoCloseable {

	private static final List<String> PLACES = List.of("/usr/bin/chromium-headless-shell", "/usr/bin/chromium",
			"/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");

	private final Playwright playwright = Playwright
		.create(new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));

	private final Browser browser = this.playwright.chromium()
		.launch(new BrowserType.LaunchOptions().setExecutablePath(installed()).setChromiumSandbox(false));

	private static Path installed() {
		return Stream.concat(Stream.ofNullable(System.getProperty("chromium")), PLACES.stream())
			.map(Path::of)
			.filter(Files::isExecutable)
			.findFirst()
			.orElseThrow(() -> new IllegalStateException("No Chromium is installed at any of " + PLACES
					+ ". On Debian: apt-get install chromium-headless-shell. Elsewhere name it by -Dchromium=/path/to/it,"
					+ " or leave these tests out by -Pquick."));
	}

	/** Opens a page that records what goes wrong and what it asks for. */
	BrowserPage open(String address, ColorScheme scheme, int width, int height) {
		BrowserContext context = this.browser.newContext(
				new Browser.NewContextOptions().setColorScheme(scheme).setViewportSize(width, height).setLocale("en"));
		Page page = context.newPage();
		page.setDefaultTimeout(10_000);
		BrowserPage opened = new BrowserPage(page);
		page.navigate(address);
		return opened;
	}

	@Override
	public void close() {
		this.browser.close();
		this.playwright.close();
	}

}
