package io.github.ratelimit.test.example.news;

import io.github.ratelimit.Permit;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
class NewsController {

	private final NewsArchive archive;

	NewsController(NewsArchive archive) {
		this.archive = archive;
	}

	@GetMapping("/news")
	String news(Permit permit, @RequestParam(defaultValue = "1") long cost) {
		permit.settle(cost);
		return this.archive.latest();
	}

}
