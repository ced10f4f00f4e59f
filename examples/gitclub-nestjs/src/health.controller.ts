import { SkipAuthorization } from '@nanook/nestjs';
import { Controller, Get } from '@nestjs/common';

@Controller('health')
export class HealthController {
  @Get()
  @SkipAuthorization('a probe has no name')
  show() {
    return { status: 'up' };
  }
}
