package io.github.ratelimit.test.example.news;

import io.github.ratelimit.RateLimited;
import org.springframework.stereotype.Service;

@Service
class NewsArchive {

	@RateLimited("archive")
	String latest() {
		return "All is well.";
	}

}
