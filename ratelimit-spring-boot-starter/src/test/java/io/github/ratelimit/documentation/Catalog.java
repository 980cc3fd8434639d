package io.github.ratelimit.documentation;

import io.github.ratelimit.RateLimitExempt;
import io.github.ratelimit.RateLimited;
import org.springframework.stereotype.Service;

@Service
@RateLimited("catalog")
class Catalog {

	public String read(String id) {
		return "read " + id;
	}

	@RateLimited("catalog-writes")
	public String write(String id) {
		return "wrote " + id;
	}

	@RateLimitExempt
	public String version() {
		return "1";
	}

}
